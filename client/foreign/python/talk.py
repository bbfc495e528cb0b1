"""Talks to parley from Python, with code generated from the schema."""

import os
import pathlib
import subprocess
import sys
import tempfile

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[3]


def generate(into):
    """Generates Python code from the schema and what it imports, and makes it importable."""
    protos, imports = ROOT / "proto", ROOT / ".protodeps"
    files = [str(f.relative_to(protos)) for f in protos.glob("parley/v1/*.proto")]
    files += [str(f.relative_to(imports)) for f in imports.glob("**/*.proto")
              if "longrunning" not in str(f) and "openapiv2" not in str(f)]
    subprocess.run(["protoc", f"-I{protos}", f"-I{imports}", f"--python_out={into}", f"--grpc_python_out={into}",
                    "--plugin=protoc-gen-grpc_python=" + plugin(), *files], check=True)
    sys.path.insert(0, into)


def plugin():
    return subprocess.run(["which", "grpc_python_plugin"], check=True, capture_output=True, text=True).stdout.strip()


def main():
    from google.rpc import error_details_pb2, status_pb2
    from parley.v1 import (matrix_pb2, matrix_pb2_grpc, negotiation_pb2, negotiation_pb2_grpc, party_pb2,
                           party_pb2_grpc, plan_pb2, plan_pb2_grpc, point_pb2, revision_pb2, stance_pb2,
                           stance_pb2_grpc)

    token = [("authorization", "Bearer " + os.environ["PARLEY_TOKEN"])]
    with grpc.insecure_channel(os.environ["PARLEY_SERVER"]) as channel:
        n = negotiation_pb2_grpc.NegotiationServiceStub(channel).CreateNegotiation(
            negotiation_pb2.CreateNegotiationRequest(
                negotiation=negotiation_pb2.Negotiation(display_name="From Python")), metadata=token).name
        party = party_pb2_grpc.PartyServiceStub(channel).CreateParty(
            party_pb2.CreatePartyRequest(parent=n, party_id="a", party=party_pb2.Party(
                display_name="A", role=party_pb2.Party.ROLE_PRINCIPAL)), metadata=token)
        plans = plan_pb2_grpc.PlanServiceStub(channel)
        plan = plans.CreatePlan(plan_pb2.CreatePlanRequest(
            parent=n, plan_id="draft", plan=plan_pb2.Plan(display_name="Draft")), metadata=token)

        commit = revision_pb2.CommitRevisionRequest(
            parent=plan.name, revision=revision_pb2.Revision(),
            text=revision_pb2.CommitRevisionRequest.Text(points=[point_pb2.Point(id="army", text="At most 800,000.")]))
        answer = plans.CommitRevision(commit, metadata=token)
        assert answer.revision.point_count == 1, answer
        assert list(answer.changed) == ["army"], answer

        stance = stance_pb2_grpc.StanceServiceStub(channel).CreateStance(
            stance_pb2.CreateStanceRequest(parent=n, stance=stance_pb2.Stance(
                party=party.name, value=stance_pb2.Stance.VALUE_ACCEPT, level=stance_pb2.Stance.LEVEL_CAPITAL,
                target=stance_pb2.Stance.Target(point=answer.revision.name + "/points/army"))), metadata=token)
        assert len(stance.digest) == 64, stance

        matrix = matrix_pb2_grpc.AnalysisServiceStub(channel).GetPositionMatrix(
            matrix_pb2.GetPositionMatrixRequest(revision=answer.revision.name), metadata=token)
        assert matrix.rows[0].status == matrix_pb2.PositionMatrix.STATUS_AGREED, matrix
        assert matrix.rows[0].cells[0].stance.name == stance.name, matrix

        # A commit has to name the newest revision among its parents.
        try:
            plans.CommitRevision(commit, metadata=token)
        except grpc.RpcError as err:
            assert err.code() == grpc.StatusCode.ABORTED, err
            status = status_pb2.Status.FromString(dict(err.trailing_metadata())["grpc-status-details-bin"])
            info = error_details_pb2.ErrorInfo()
            assert any(detail.Unpack(info) for detail in status.details), status
            assert (info.domain, info.reason) == ("parley", "HEAD_MOVED"), info
            assert info.metadata["head"] == answer.revision.name, info
        else:
            raise AssertionError("a commit that names no parent should be refused")
    print("python: fine")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as code:
        generate(code)
        main()
