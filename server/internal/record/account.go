package record

import (
	"iter"
	"time"

	"github.com/tidwall/btree"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	ledgerv1 "github.com/seed-ff4a8210/parley/gen/go/parley/ledger/v1"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/wellformed"
)

// accounts is what the directory holds beside its lines: who is a member where, the tokens, and what is due where. It is
// replaced whole by one with a change in it, as changes are few.
type accounts struct {
	members  *table[*parleyv1.Member]
	memberOf *btree.Map[string, string] // negotiation, NUL, principal -> name of the member
	tokens   *table[*parleyv1.Token]
	bySecret *btree.Map[string, string] // SHA-256 of the secret -> name of the token
	due      *btree.Map[string, int64]  // negotiation -> nanoseconds since 1970
}

func newAccounts() *accounts {
	return &accounts{
		members: newTable[*parleyv1.Member](), memberOf: btree.NewMap[string, string](degree),
		tokens: newTable[*parleyv1.Token](), bySecret: btree.NewMap[string, string](degree), due: btree.NewMap[string, int64](degree),
	}
}

func (a *accounts) forkAccounts() *accounts {
	return &accounts{a.members.fork(), copyOf(a.memberOf), a.tokens.fork(), copyOf(a.bySecret), copyOf(a.due)}
}

// applyAccount folds a change of an account in; false if it is none.
func (s *State) applyAccount(c any, time int64) bool {
	switch c.(type) {
	case *ledgerv1.Change_Member, *ledgerv1.Change_Token, *ledgerv1.Change_Due:
	default:
		return false
	}
	a := s.forkAccounts()
	switch c := c.(type) {
	case *ledgerv1.Change_Member:
		a.members.put(c.Member.GetName(), c.Member, time)
		a.memberOf.Set(membership(ParentOf(c.Member.GetName()), c.Member.GetPrincipal()), c.Member.GetName())
	case *ledgerv1.Change_Token:
		a.tokens.put(c.Token.GetToken().GetName(), c.Token.GetToken(), time)
		a.bySecret.Set(string(c.Token.GetSecretHash()), c.Token.GetToken().GetName())
	case *ledgerv1.Change_Due:
		if c.Due.GetTime() == 0 {
			a.due.Delete(c.Due.GetNegotiation())
		} else {
			a.due.Set(c.Due.GetNegotiation(), c.Due.GetTime())
		}
	}
	s.accounts = a
	return true
}

func membership(negotiation, principal string) string { return negotiation + "\x00" + principal }

// MemberOf finds what a principal is in a negotiation now; nil if they are no member.
func (s *State) MemberOf(negotiation, principal string) *parleyv1.Member {
	name, ok := s.memberOf.Get(membership(negotiation, principal))
	if !ok || principal == "" {
		return nil
	}
	m, _ := s.members.get(name, Latest)
	if isDeleted(m) {
		return nil
	}
	return m
}

// ViewerOf tells what a member may see. Whoever is none is the public.
func ViewerOf(m *parleyv1.Member) Viewer {
	switch m.GetRole() {
	case parleyv1.Member_ROLE_MEDIATOR:
		return Viewer{Mediator: true, Table: true}
	case parleyv1.Member_ROLE_DELEGATE:
		return Viewer{Table: true, Party: m.GetParty()}
	case parleyv1.Member_ROLE_OBSERVER, parleyv1.Member_ROLE_ANALYST:
		return Viewer{Table: true}
	}
	return Viewer{}
}

// HasMembers tells whether a negotiation ever had a member.
func (s *State) HasMembers(negotiation string) bool {
	for range all(s.members, negotiation+"/", "", Latest) {
		return true
	}
	return false
}

// Member finds a member as they were at a moment, also a former one.
func (s *State) Member(name string, at int64) (*parleyv1.Member, bool) {
	return s.members.get(name, at)
}

// Members yields the members of a negotiation by name, beginning after `after`.
func (s *State) Members(negotiation, after string, at int64) iter.Seq[*parleyv1.Member] {
	return all(s.members, negotiation+"/", after, at)
}

// Token finds a token as it was at a moment.
func (s *State) Token(name string, at int64) (*parleyv1.Token, bool) { return s.tokens.get(name, at) }

// Tokens yields all tokens by name, beginning after `after`.
func (s *State) Tokens(after string, at int64) iter.Seq[*parleyv1.Token] {
	return all(s.tokens, "", after, at)
}

// TokenBySecret finds the token of a secret, by the SHA-256 of it; nil if there is none. Who asks checks whether it is valid.
func (s *State) TokenBySecret(hash []byte) *parleyv1.Token {
	name, _ := s.bySecret.Get(string(hash))
	t, _ := s.tokens.get(name, Latest)
	return t
}

// DueAt tells when something is to be done in a negotiation unasked, in nanoseconds since 1970; 0 for never.
func (s *State) DueAt(negotiation string) int64 {
	at, _ := s.due.Get(negotiation)
	return at
}

// Due yields the negotiations in which something is to be done unasked, and when, in nanoseconds since 1970.
func (s *State) Due() iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) { s.due.Scan(yield) }
}

var memberNoun = noun[*parleyv1.Member]{
	field: "member", plural: "members",
	table: func(s *State) *table[*parleyv1.Member] { return s.members },
	change: func(m *parleyv1.Member) *ledgerv1.Change {
		return &ledgerv1.Change{Change: &ledgerv1.Change_Member{Member: m}}
	},
	settle:    settleMember,
	elsewhere: true,
}

// CreateMember makes a principal a member.
func CreateMember(req *parleyv1.CreateMemberRequest) Command {
	return memberNoun.creating(req.GetParent(), req.GetMemberId(), req.GetMember())
}

// UpdateMember changes what a member is.
func UpdateMember(req *parleyv1.UpdateMemberRequest) Command {
	return keepMediator(memberNoun.updating(req.GetMember(), req.GetUpdateMask()))
}

// DeleteMember ends a membership.
func DeleteMember(req *parleyv1.DeleteMemberRequest) Command {
	return keepMediator(memberNoun.deleting(req))
}

// keepMediator refuses to do without the last mediator of a negotiation: nobody could appoint another.
func keepMediator(cmd Command) Command {
	return func(st *State, env Env) (*Draft, error) {
		d, err := cmd(st, env)
		if err != nil || len(d.Changes) == 0 {
			return d, err
		}
		m := d.Changes[0].GetMember()
		if mediates(m) || !mediates(st.member(m.GetName())) {
			return d, nil
		}
		for other := range st.Members(ParentOf(m.GetName()), "", Latest) {
			if other.GetName() != m.GetName() && mediates(other) {
				return d, nil
			}
		}
		return nil, fault.LastMediator(m.GetName())
	}
}

func mediates(m *parleyv1.Member) bool {
	return m.GetRole() == parleyv1.Member_ROLE_MEDIATOR && !isDeleted(m)
}

func (s *State) member(name string) *parleyv1.Member {
	m, _ := s.members.get(name, Latest)
	return m
}

// UndeleteMember makes a former member one again.
func UndeleteMember(req *parleyv1.UndeleteMemberRequest) Command { return memberNoun.undeleting(req) }

// FirstMember gives the member that a new negotiation begins with.
func FirstMember(negotiation, principal, id string, now time.Time) *ledgerv1.Change {
	m := &parleyv1.Member{
		Name: negotiation + "/members/" + id, Principal: principal, Role: parleyv1.Member_ROLE_MEDIATOR,
		Audience: &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}, CreateTime: timestamppb.New(now),
	}
	touch(m, now)
	return memberNoun.change(m)
}

// settleMember makes the default audience explicit, and keeps a principal from being two members of one negotiation.
func settleMember(st *State, m *parleyv1.Member, path string) error {
	switch m.GetAudience().GetLevel() {
	case parleyv1.Audience_LEVEL_UNSPECIFIED:
		m.Audience = &parleyv1.Audience{Level: parleyv1.Audience_LEVEL_MEDIATOR}
	case parleyv1.Audience_LEVEL_PARTY:
		return fault.InvalidField(path+".audience", "writer", "mediators appoint members, and so know of them")
	}
	is := st.MemberOf(ParentOf(m.GetName()), m.GetPrincipal())
	if is != nil && is.GetName() != m.GetName() {
		return fault.InvalidField(path+".principal", "unique", "is a member already: %s", is.GetName())
	}
	return nil
}

// The life of a token if its maker does not say, and the longest there is.
const (
	usualTokenLife   = 90 * 24 * time.Hour
	longestTokenLife = 2 * 366 * 24 * time.Hour
)

// CreateToken makes a token of a secret, of which only the hash is kept.
func CreateToken(req *parleyv1.CreateTokenRequest, secretHash []byte) Command {
	return func(st *State, env Env) (*Draft, error) {
		m := proto.CloneOf(req.GetToken())
		wellformed.ClearOutputOnly(m)
		id := req.GetTokenId()
		if id == "" {
			id = env.NewID()
		}
		m.Name, m.Creator, m.CreateTime = "tokens/"+id, env.Actor, timestamppb.New(env.Now)
		if _, taken := st.tokens.get(m.GetName(), Latest); taken {
			return nil, fault.Exists(m.GetName())
		}
		if m.GetExpireTime() == nil {
			m.ExpireTime = timestamppb.New(env.Now.Add(usualTokenLife))
		}
		switch life := m.GetExpireTime().AsTime().Sub(env.Now); {
		case life <= 0:
			return nil, fault.InvalidField("token.expire_time", "future", "has passed")
		case life > longestTokenLife:
			return nil, fault.InvalidField("token.expire_time", "at_most", "is more than two years away")
		}
		return tokenDraft(m, secretHash), nil
	}
}

// RevokeToken ends a token. The hash that it is known by stays, so that its secret is never taken for another's.
func RevokeToken(req *parleyv1.RevokeTokenRequest) Command {
	return func(st *State, env Env) (*Draft, error) {
		old, ok := st.tokens.get(req.GetName(), Latest)
		if !ok {
			return nil, fault.Missing(req.GetName())
		}
		if old.GetRevokeTime() != nil {
			return &Draft{Results: []string{req.GetName()}}, nil
		}
		m := proto.CloneOf(old)
		m.RevokeTime, m.Revoker = timestamppb.New(env.Now), env.Actor
		return tokenDraft(m, st.hashOf(m.GetName())), nil
	}
}

// hashOf finds what a token is known by.
func (s *State) hashOf(token string) (hash []byte) {
	s.bySecret.Scan(func(h, name string) bool {
		if name == token {
			hash = []byte(h)
		}
		return hash == nil
	})
	return hash
}

func tokenDraft(m *parleyv1.Token, secretHash []byte) *Draft {
	return &Draft{
		Changes: []*ledgerv1.Change{{Change: &ledgerv1.Change_Token{Token: &ledgerv1.TokenChange{Token: m, SecretHash: secretHash}}}},
		Results: []string{m.GetName()},
	}
}

// DueChange notes when something is to be done in a negotiation, in nanoseconds since 1970; 0 for never.
func DueChange(negotiation string, at int64) *ledgerv1.Change {
	return &ledgerv1.Change{Change: &ledgerv1.Change_Due{Due: &ledgerv1.Due{Negotiation: negotiation, Time: at}}}
}
