// Package picture draws answers that are worked out already: who stands where, what happened when. What a colour says, a letter or
// a shape says too, and the colours are those of Okabe and Ito, which people who see colours otherwise tell apart.
package picture
