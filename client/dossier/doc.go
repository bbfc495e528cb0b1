// Package dossier holds a whole negotiation in files, and moves it into and out of a server through the public API.
//
// A dossier is YAML or JSON with these parts, all but the first optional:
//
//	negotiation:
//	  id: peace
//	  display_name: The peace talks
//	parties:
//	  - id: ukraine
//	    display_name: Ukraine
//	    kind: STATE
//	members:
//	  - {id: anna, principal: anna, role: DELEGATE, party: ukraine}
//	demands:
//	  - party: ukraine
//	    id: no-recognition
//	    statement: No recognition of occupied territory.
//	    strength: RED_LINE
//	plans:
//	  - id: draft
//	    display_name: The draft
//	revisions:                       # in the order in which they are committed
//	  - plan: draft
//	    id: v1
//	    text:                        # a whole text …
//	      - {id: army-size, label: "6", heading: Armed forces, text: At most 600,000., obliges: [ukraine]}
//	  - plan: draft
//	    id: v2
//	    parents: [draft/v1]
//	    changes:                     # … or changes against the first parent
//	      - edit: {point: {id: army-size, heading: Armed forces, text: At most 800,000.}}
//	    # `editorial: [army-size]` beside a text says that a point's new wording means the same as the old
//	sources:
//	  - id: bbc-21
//	    display_name: A report of 21 November
//	events:
//	  - id: geneva
//	    display_name: Talks in Geneva
//	    held_time: 2025-11-23
//	claims:
//	  - id: captured
//	    statement: The town is captured.
//	    party: russia
//	    responses: [{party: ukraine, kind: DISPUTES}]
//	assessments:
//	  - {id: v2-army, demand: ukraine/no-recognition, revision: draft/v2, verdict: UNKNOWN, judge: an analyst}
//	objections: []                   # to changes that were declared editorial
//	valuations: []                   # what options are worth to parties; private
//	stances:
//	  - id: ukraine-army-size
//	    party: ukraine
//	    target: {point: draft/v2/army-size}
//	    value: ACCEPT
//	disclosures:                     # what is told to whom, when all else is loaded
//	  - id: army-told
//	    resources: [stances/ukraine-army-size]
//	    audience: TABLED
//
// Each item has the fields of the API's message, plus the ids that its name is made of; names of other resources may be
// cut down to their ids; where a name may be of any kind, as in `about`, only the negotiation is left out:
// `about: [plans/draft/revisions/v1]`. What else is allowed for comfort is told in package protoyaml. A dossier may be spread over
// several files: their lists are joined in the order of the files, and one of them says which negotiation it is.
//
// Load is safe to repeat: what has an id that exists is left alone, and so is a principal who is a member already, be it under
// another id, as whoever opened the negotiation is. What a party has to itself, a delegate of it has to load. Export reads a
// negotiation back, such that loading it into an empty server gives the same record: the same ids, texts, states, lineage,
// attributions, stances, members and audiences. What it does not carry is what only this server's log knows: times of
// recording, former values of changed resources, deleted resources, disclosures that have taken effect, accesses, request ids
// and etags. It carries what the caller may see. Disclosures under an embargo are carried, and must be loaded before it ends.
package dossier
