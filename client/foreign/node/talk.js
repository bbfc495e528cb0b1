// Talks to parley from Node, with the schema loaded at run time. It takes protoc to compile the schema.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');
const protobuf = require('protobufjs');
const descriptor = require('protobufjs/ext/descriptor');

// The schema as protoc compiles it: with what it imports, in one file. It can be made once and kept with a program.
function compileSchema() {
  const root = path.join(__dirname, '../../..');
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-'));
  const out = path.join(dir, 'parley.binpb');
  const files = ['negotiation', 'party', 'plan', 'stance', 'matrix'].map((f) => `parley/v1/${f}.proto`);
  execFileSync('protoc', [
    '-I', path.join(root, 'proto'), '-I', path.join(root, '.protodeps'), '--include_imports', `--descriptor_set_out=${out}`,
    ...files, 'google/rpc/status.proto', 'google/rpc/error_details.proto',
  ]);
  const schema = fs.readFileSync(out);
  fs.rmSync(dir, { recursive: true });
  return schema;
}

const schema = compileSchema();
const api = grpc.loadPackageDefinition(
  protoLoader.loadFileDescriptorSetFromBuffer(schema, { keepCase: true, enums: String, longs: String, defaults: true }),
).parley.v1;
const types = protobuf.Root.fromDescriptor(descriptor.FileDescriptorSet.decode(schema));

// connect makes a client of a service whose methods return promises and carry the token.
function connect(service) {
  const client = new api[service](process.env.PARLEY_SERVER, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${process.env.PARLEY_TOKEN}`);
  return new Proxy(client, {
    get: (target, method) => method === 'close' ? () => target.close() : (request) =>
      new Promise((resolve, reject) =>
        target[method](request, metadata, (err, answer) => (err ? reject(err) : resolve(answer)))),
  });
}

// details reads the google.rpc messages that an error of parley carries.
function details(err) {
  const [bytes] = err.metadata.get('grpc-status-details-bin');
  const found = {};
  for (const any of types.lookupType('google.rpc.Status').decode(bytes).details) {
    const name = any.type_url.split('/').pop();
    found[name] = types.lookupType(name).decode(any.value);
  }
  return found;
}

async function main() {
  const [negotiations, parties, plans, stances, analysis] =
    ['NegotiationService', 'PartyService', 'PlanService', 'StanceService', 'AnalysisService'].map(connect);

  const { name: parent } = await negotiations.CreateNegotiation({ negotiation: { display_name: 'From Node' } });
  await parties.CreateParty({ parent, party_id: 'a', party: { display_name: 'A', role: 'ROLE_PRINCIPAL' } });
  const plan = await plans.CreatePlan({ parent, plan_id: 'draft', plan: { display_name: 'Draft' } });

  const commit = { parent: plan.name, revision: {}, text: { points: [{ id: 'army', text: 'At most 800,000.' }] } };
  const { revision, changed } = await plans.CommitRevision(commit);
  assert.equal(revision.point_count, 1);
  assert.deepEqual(changed, ['army']);

  const stance = await stances.CreateStance({
    parent,
    stance: {
      party: `${parent}/parties/a`, value: 'VALUE_ACCEPT', level: 'LEVEL_CAPITAL',
      target: { point: `${revision.name}/points/army` },
    },
  });
  assert.match(stance.digest, /^[0-9a-f]{64}$/);

  const matrix = await analysis.GetPositionMatrix({ revision: revision.name });
  assert.equal(matrix.rows[0].status, 'STATUS_AGREED');
  assert.equal(matrix.rows[0].cells[0].stance.name, stance.name);

  // A commit has to name the newest revision among its parents.
  const err = await plans.CommitRevision(commit).then(() => assert.fail('should be refused'), (e) => e);
  assert.equal(err.code, grpc.status.ABORTED);
  const info = details(err)['google.rpc.ErrorInfo'];
  assert.equal(info.reason, 'HEAD_MOVED');
  assert.equal(info.domain, 'parley');
  const metadata = Object.fromEntries(info.metadata.map(({ key, value }) => [key, value])); // maps come as lists of entries
  assert.equal(metadata.head, revision.name);

  [negotiations, parties, plans, stances, analysis].forEach((c) => c.close());
  console.log('node: fine');
}

main().catch((err) => {
  console.error('node:', err);
  process.exit(1);
});
