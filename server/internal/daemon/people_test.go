package daemon_test

import (
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// peopleRows are the rows of parityRows for who takes part, and what they were told.
func peopleRows() []parityRow {
	const n = peacePlan
	mask := func(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }
	audience := func(level parleyv1.Audience_Level) *parleyv1.Audience { return &parleyv1.Audience{Level: level} }
	anna := &parleyv1.Member{Principal: "anna", Role: parleyv1.Member_ROLE_DELEGATE, Party: n + "/parties/ukraine"}
	told := &parleyv1.Claim{Statement: "A rumour.", Audience: audience(parleyv1.Audience_LEVEL_MEDIATOR)}
	tell := &parleyv1.Disclosure{Resources: []string{n + "/claims/mediators--rumour"}, Audience: audience(parleyv1.Audience_LEVEL_TABLED), Note: "No secret any more."}
	later := &parleyv1.Disclosure{Resources: tell.GetResources(), Audience: audience(parleyv1.Audience_LEVEL_PUBLIC), EmbargoTime: timestamppb.New(moment("2125-01-01").AsTime())}
	passed := &parleyv1.Disclosure{Resources: tell.GetResources(), Audience: audience(parleyv1.Audience_LEVEL_PUBLIC), EmbargoTime: moment("2025-01-01")}
	back := &parleyv1.Disclosure{Resources: tell.GetResources(), Audience: audience(parleyv1.Audience_LEVEL_MEDIATOR)}
	return []parityRow{
		{"MemberService.CreateMember", &parleyv1.CreateMemberRequest{Parent: n, MemberId: "anna", Member: anna}, ""},
		{"MemberService.CreateMember", &parleyv1.CreateMemberRequest{Parent: n, MemberId: "anna2", Member: anna}, "INVALID_FIELD"},
		{"MemberService.CreateMember", &parleyv1.CreateMemberRequest{Parent: n, Member: &parleyv1.Member{Principal: "b", Role: parleyv1.Member_ROLE_DELEGATE}}, "INVALID_FIELD"},
		{"MemberService.CreateMember", &parleyv1.CreateMemberRequest{Parent: n, Member: &parleyv1.Member{Principal: "b", Role: parleyv1.Member_ROLE_DELEGATE, Party: n + "/parties/none"}}, "REFERENCE_NOT_FOUND"},
		{"MemberService.CreateMember", &parleyv1.CreateMemberRequest{Parent: "negotiations/none", Member: anna}, "PERMISSION_DENIED"},
		{"MemberService.GetMember", &parleyv1.GetMemberRequest{Name: n + "/members/anna"}, ""},
		{"MemberService.GetMember", &parleyv1.GetMemberRequest{Name: n + "/members/none"}, "RESOURCE_NOT_FOUND"},
		{"MemberService.ListMembers", &parleyv1.ListMembersRequest{Parent: n, Filter: `principal = "anna"`}, ""},
		{"MemberService.UpdateMember", &parleyv1.UpdateMemberRequest{Member: &parleyv1.Member{Name: n + "/members/anna", Role: parleyv1.Member_ROLE_OBSERVER}, UpdateMask: mask("role", "party")}, ""},
		{"MemberService.DeleteMember", &parleyv1.DeleteMemberRequest{Name: n + "/members/anna"}, ""},
		{"MemberService.UndeleteMember", &parleyv1.UndeleteMemberRequest{Name: n + "/members/anna"}, ""},

		{"TokenService.CreateToken", &parleyv1.CreateTokenRequest{TokenId: "anna-laptop", Token: &parleyv1.Token{Principal: "anna"}, ValidateOnly: true}, ""},
		{"TokenService.CreateToken", &parleyv1.CreateTokenRequest{Token: &parleyv1.Token{Principal: "cert:anna"}}, "INVALID_FIELD"},
		{"TokenService.CreateToken", &parleyv1.CreateTokenRequest{Token: &parleyv1.Token{Principal: "anna", ExpireTime: moment("2125-01-01")}}, "INVALID_FIELD"},
		{"TokenService.ListTokens", &parleyv1.ListTokensRequest{}, ""},
		{"TokenService.GetToken", &parleyv1.GetTokenRequest{Name: "tokens/none"}, "RESOURCE_NOT_FOUND"},
		{"TokenService.RevokeToken", &parleyv1.RevokeTokenRequest{Name: "tokens/none"}, "RESOURCE_NOT_FOUND"},

		{"ClaimService.CreateClaim", &parleyv1.CreateClaimRequest{Parent: n, ClaimId: "rumour", Claim: told}, "INVALID_FIELD"},
		{"ClaimService.CreateClaim", &parleyv1.CreateClaimRequest{Parent: n, ClaimId: "mediators--rumour", Claim: told}, ""},
		{"DisclosureService.Disclose", &parleyv1.DiscloseRequest{Parent: n, DisclosureId: "tabled", Disclosure: tell}, ""},
		{"DisclosureService.Disclose", &parleyv1.DiscloseRequest{Parent: n, DisclosureId: "tabled", Disclosure: tell}, "RESOURCE_EXISTS"},
		{"DisclosureService.Disclose", &parleyv1.DiscloseRequest{Parent: n, DisclosureId: "later", Disclosure: later}, ""},
		{"DisclosureService.Disclose", &parleyv1.DiscloseRequest{Parent: n, Disclosure: passed}, "INVALID_FIELD"},
		{"DisclosureService.Disclose", &parleyv1.DiscloseRequest{Parent: n, Disclosure: back}, "AUDIENCE_NARROWED"},
		{"ClaimService.UpdateClaim", &parleyv1.UpdateClaimRequest{Claim: &parleyv1.Claim{Name: n + "/claims/mediators--rumour", Audience: audience(parleyv1.Audience_LEVEL_PUBLIC)}, UpdateMask: mask("audience")}, "DISCLOSURE_NEEDED"},
		{"DisclosureService.GetDisclosure", &parleyv1.GetDisclosureRequest{Name: n + "/disclosures/later"}, ""},
		{"DisclosureService.ListDisclosures", &parleyv1.ListDisclosuresRequest{Parent: n, OrderBy: "name desc"}, ""},
		{"AccessService.ListAccesses", &parleyv1.ListAccessesRequest{Parent: n}, ""},
		{"AccessService.GetAccess", &parleyv1.GetAccessRequest{Name: n + "/accesses/none"}, "RESOURCE_NOT_FOUND"},
	}
}
