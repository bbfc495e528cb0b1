// Talks to parley from Node, with the schema loaded at run time.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const { PARLEY_SERVER, PARLEY_TOKEN } = process.env;
assert.ok(PARLEY_SERVER, 'PARLEY_SERVER is to be host:port');
assert.ok(PARLEY_TOKEN, 'PARLEY_TOKEN is to be what mediator.token holds');

// compileSchema returns the schema and what it imports as protoc compiles it. proto-loader reads .proto files too, but
// its parser knows no lists of messages in options, of which buf/validate is full. A program of yours may keep the
// result in a file instead.
function compileSchema() {
  const root = path.join(__dirname, '../../..');
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-'));
  try {
    const out = path.join(dir, 'parley.binpb');
    execFileSync('protoc', [
      '-I', path.join(root, 'proto'), '-I', path.join(root, '.protodeps'), '--include_imports',
      `--descriptor_set_out=${out}`,
      ...['negotiation', 'party', 'plan', 'stance', 'analysis', 'entry'].map((f) => `parley/v1/${f}.proto`),
      'google/rpc/status.proto', 'google/rpc/error_details.proto',
    ]);
    return fs.readFileSync(out);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

const schema = protoLoader.loadFileDescriptorSetFromBuffer(compileSchema(), {
  keepCase: true, enums: String, longs: String, defaults: true,
});
const api = grpc.loadPackageDefinition(schema).parley.v1;

const connect = (service) => new api[service](PARLEY_SERVER, grpc.credentials.createInsecure());
const negotiations = connect('NegotiationService');
const parties = connect('PartyService');
const plans = connect('PlanService');
const stances = connect('StanceService');
const analysis = connect('AnalysisService');
const log = connect('LogService');

// call calls a method with the token, and waits ten seconds at the most.
function call(client, method, request) {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${PARLEY_TOKEN}`);
  return new Promise((resolve, reject) => {
    client[method](request, metadata, { deadline: Date.now() + 10_000 },
      (err, answer) => (err ? reject(err) : resolve(answer)));
  });
}

// refusal returns the error of a call that has to fail, with the google.rpc messages it carries by their names.
async function refusal(promise) {
  const err = await promise.then(() => assert.fail('should be refused'), (e) => e);
  if (!(err.metadata instanceof grpc.Metadata)) throw err;
  const details = {};
  for (const bytes of err.metadata.get('grpc-status-details-bin')) {
    for (const any of schema['google.rpc.Status'].deserialize(bytes).details) {
      const name = any.type_url.split('/').pop();
      details[name] = schema[name].deserialize(any.value);
    }
  }
  return { code: err.code, details };
}

async function main() {
  // A negotiation with a party and a plan. The server makes up the id of the negotiation.
  const { name: parent } = await call(negotiations, 'CreateNegotiation',
    { negotiation: { display_name: 'From Node' } });
  const party = await call(parties, 'CreateParty',
    { parent, party_id: 'a', party: { display_name: 'A', role: 'ROLE_PRINCIPAL' } });
  const plan = await call(plans, 'CreatePlan', { parent, plan_id: 'draft', plan: { display_name: 'Draft' } });

  // A first text, and a second one that follows from it.
  const first = await call(plans, 'CommitRevision', {
    parent: plan.name, revision: {}, text: { points: [{ id: 'army', text: 'At most 600,000.' }] },
  });
  assert.equal(first.revision.point_count, 1);
  const commit = {
    parent: plan.name,
    revision: { parents: [{ revision: first.revision.name }] },
    changes: { changes: [{ edit: { point: { id: 'army', text: 'At most 800,000.' } } }] },
  };
  const second = await call(plans, 'CommitRevision', commit);
  assert.equal(second.revision.ordinal, 2);
  assert.deepEqual(second.changed, ['army']);

  // A stance on its point, which settles it: A is the only one whose consent is needed.
  const stance = await call(stances, 'CreateStance', {
    parent,
    stance: {
      party: party.name, value: 'VALUE_ACCEPT', level: 'LEVEL_CAPITAL',
      target: { point: `${second.revision.name}/points/army` },
    },
  });
  assert.match(stance.digest, /^[0-9a-f]{64}$/);
  const matrix = await call(analysis, 'GetPositionMatrix', { revision: `${plan.name}/revisions/latest` });
  assert.equal(matrix.revision, second.revision.name);
  assert.equal(matrix.rows[0].status, 'STATUS_AGREED');
  assert.equal(matrix.rows[0].cells[0].stance.name, stance.name);

  // All that happened, told as a stream; it would go on, and is left when there is nothing more for now.
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${PARLEY_TOKEN}`);
  const watch = log.WatchNegotiation({ name: parent, start: 'START_EARLIEST' }, metadata, { deadline: Date.now() + 10_000 });
  const told = [];
  for await (const step of watch) {
    if (!step.entry) break;
    told.push(step.entry.method);
  }
  watch.cancel();
  assert.deepEqual(told, ['CreateNegotiation', 'CreateParty', 'CreatePlan', 'CommitRevision', 'CommitRevision', 'CreateStance']);

  // A commit on a revision that is no longer the newest is refused; the error names the newest.
  const stale = await refusal(call(plans, 'CommitRevision', commit));
  assert.equal(stale.code, grpc.status.ABORTED);
  const info = stale.details['google.rpc.ErrorInfo'];
  assert.equal(info.domain, 'parley');
  assert.equal(info.reason, 'HEAD_MOVED');
  // proto-loader gives a map as the list of its entries.
  const { head } = Object.fromEntries(info.metadata.map(({ key, value }) => [key, value]));
  assert.equal(head, second.revision.name);

  // A stance without a value and a target is refused; the error names every field at fault and the rule it breaks.
  const invalid = await refusal(call(stances, 'CreateStance', { parent, stance: { party: party.name } }));
  assert.equal(invalid.code, grpc.status.INVALID_ARGUMENT);
  assert.equal(invalid.details['google.rpc.ErrorInfo'].reason, 'INVALID_FIELD');
  const violations = invalid.details['google.rpc.BadRequest'].field_violations;
  assert.deepEqual(Object.fromEntries(violations.map(({ field, reason }) => [field, reason])),
    { 'stance.target': 'required', 'stance.value': 'required' });

  console.log('node: fine');
}

main()
  .catch((err) => {
    console.error('node:', err);
    process.exitCode = 1;
  })
  .finally(() => [negotiations, parties, plans, stances, analysis, log].forEach((client) => client.close()));
