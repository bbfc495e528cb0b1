"""Talks to parley from Python, with code generated from the schema."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[3]
SECONDS = 10  # that a call may take


def generate(into):
    """Generates Python code from the schema and what it imports, and makes it importable.

    protoc does it, with the plugin of gRPC. The package grpc_tools has both in one, but Debian's (1.14) does not know
    the optional fields of proto3. A program of yours may keep the code instead of generating it at every start.
    """
    protos, imports = ROOT / "proto", ROOT / ".protodeps"
    files = [f.relative_to(protos) for f in protos.glob("parley/v1/*.proto")]
    for package in "buf/validate", "google/api", "google/rpc":
        files += [f.relative_to(imports) for f in imports.glob(package + "/*.proto")]
    plugin = shutil.which("grpc_python_plugin")
    if plugin is None:
        sys.exit("python: grpc_python_plugin is missing: client/foreign/install.sh installs it")
    subprocess.run(["protoc", f"-I{protos}", f"-I{imports}", f"--python_out={into}", f"--grpc_python_out={into}",
                    f"--plugin=protoc-gen-grpc_python={plugin}", *map(str, files)], check=True)
    sys.path.insert(0, into)


def refusal(call, request, **options):
    """Returns the code of a call that has to fail, and the google.rpc messages that its error carries."""
    from google.rpc import error_details_pb2, status_pb2
    try:
        answer = call(request, **options)
    except grpc.RpcError as err:
        # Keys that end in -bin hold bytes. grpcio-status has rpc_status.from_call for this.
        encoded = dict(err.trailing_metadata()).get("grpc-status-details-bin", b"")
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        for detail in status_pb2.Status.FromString(encoded).details:
            # Unpack does nothing if the detail is of another type.
            detail.Unpack(info)
            detail.Unpack(bad)
        return err.code(), info, bad
    raise AssertionError(f"should be refused, but the answer is {answer}")


def main(server, token):
    # Generated code can be imported only after generate.
    from parley.v1.analysis_pb2_grpc import AnalysisServiceStub
    from parley.v1.blame_pb2 import BlamePointRequest
    from parley.v1.entry_pb2 import WatchNegotiationRequest
    from parley.v1.entry_pb2_grpc import LogServiceStub
    from parley.v1.matrix_pb2 import GetPositionMatrixRequest, PositionMatrix
    from parley.v1.negotiation_pb2 import CreateNegotiationRequest, Negotiation
    from parley.v1.negotiation_pb2_grpc import NegotiationServiceStub
    from parley.v1.party_pb2 import CreatePartyRequest, Party
    from parley.v1.party_pb2_grpc import PartyServiceStub
    from parley.v1.plan_pb2 import CreatePlanRequest, Plan
    from parley.v1.plan_pb2_grpc import PlanServiceStub
    from parley.v1.point_pb2 import Point, PointChange
    from parley.v1.revision_pb2 import CommitRevisionRequest, Revision
    from parley.v1.stance_pb2 import CreateStanceRequest, Stance
    from parley.v1.stance_pb2_grpc import StanceServiceStub

    options = {"metadata": [("authorization", f"Bearer {token}")], "timeout": SECONDS}
    with grpc.insecure_channel(server) as channel:
        plans, stances = PlanServiceStub(channel), StanceServiceStub(channel)

        # A negotiation with a party and a plan. The server makes up the id of the negotiation.
        parent = NegotiationServiceStub(channel).CreateNegotiation(
            CreateNegotiationRequest(negotiation=Negotiation(display_name="From Python")), **options).name
        party = PartyServiceStub(channel).CreateParty(
            CreatePartyRequest(parent=parent, party_id="a", party=Party(display_name="A", role=Party.ROLE_PRINCIPAL)),
            **options)
        plan = plans.CreatePlan(
            CreatePlanRequest(parent=parent, plan_id="draft", plan=Plan(display_name="Draft")), **options)

        # A first text, and a second one that follows from it.
        first = plans.CommitRevision(
            CommitRevisionRequest(parent=plan.name, revision=Revision(), text=CommitRevisionRequest.Text(
                points=[Point(id="army", text="At most 600,000.")])), **options)
        assert first.revision.point_count == 1, first
        commit = CommitRevisionRequest(
            parent=plan.name,
            revision=Revision(parents=[Revision.Parent(revision=first.revision.name)]),
            changes=CommitRevisionRequest.Changes(changes=[
                PointChange(edit=PointChange.Edit(point=Point(id="army", text="At most 800,000.")))]))
        second = plans.CommitRevision(commit, **options)
        assert second.revision.ordinal == 2, second
        assert list(second.changed) == ["army"], second

        # A stance on its point, which settles it: A is the only one whose consent is needed.
        stance = stances.CreateStance(
            CreateStanceRequest(parent=parent, stance=Stance(
                party=party.name, value=Stance.VALUE_ACCEPT, level=Stance.LEVEL_CAPITAL,
                target=Stance.Target(point=second.revision.name + "/points/army"))), **options)
        assert len(stance.digest) == 64, stance
        matrix = AnalysisServiceStub(channel).GetPositionMatrix(
            GetPositionMatrixRequest(revision=plan.name + "/revisions/latest"), **options)
        assert matrix.revision == second.revision.name, matrix
        assert matrix.rows[0].status == PositionMatrix.STATUS_AGREED, matrix
        assert matrix.rows[0].cells[0].stance.name == stance.name, matrix

        # Who put which words in.
        blame = AnalysisServiceStub(channel).BlamePoint(
            BlamePointRequest(name=second.revision.name + "/points/army"), **options)
        words = [(run.text, blame.origins[run.origin].revision) for run in blame.runs]
        assert ("At most ", first.revision.name) in words and ("800,000.", second.revision.name) in words, blame

        # All that happened, told as a stream; it would go on, and is left when there is nothing more for now.
        told = []
        watch = LogServiceStub(channel).WatchNegotiation(
            WatchNegotiationRequest(name=parent, start=WatchNegotiationRequest.START_EARLIEST), **options)
        for step in watch:
            if step.WhichOneof("step") == "progress":
                watch.cancel()
                break
            told.append(step.entry.method)
        assert told == ["CreateNegotiation", "CreateParty", "CreatePlan", "CommitRevision", "CommitRevision",
                        "CreateStance"], told

        # A commit on a revision that is no longer the newest is refused; the error names the newest.
        code, info, _ = refusal(plans.CommitRevision, commit, **options)
        assert code == grpc.StatusCode.ABORTED, code
        assert (info.domain, info.reason) == ("parley", "HEAD_MOVED"), info
        assert info.metadata["head"] == second.revision.name, info

        # A stance without a value and a target is refused; the error names every field at fault and the rule it breaks.
        code, info, bad = refusal(
            stances.CreateStance, CreateStanceRequest(parent=parent, stance=Stance(party=party.name)), **options)
        assert code == grpc.StatusCode.INVALID_ARGUMENT, code
        assert (info.domain, info.reason) == ("parley", "INVALID_FIELD"), info
        rules = {violation.field: violation.reason for violation in bad.field_violations}
        assert rules == {"stance.target": "required", "stance.value": "required"}, bad
    print("python: fine")


if __name__ == "__main__":
    if not os.environ.get("PARLEY_SERVER") or not os.environ.get("PARLEY_TOKEN"):
        sys.exit("python: PARLEY_SERVER is to be host:port, PARLEY_TOKEN what mediator.token holds")
    with tempfile.TemporaryDirectory() as code:
        generate(code)
        main(os.environ["PARLEY_SERVER"], os.environ["PARLEY_TOKEN"])
