// Starts the built daemon and drives its API with swagger-client, which knows nothing but the
// document that the daemon serves: what people get who generate their client.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import SwaggerClient from 'swagger-client';

const IMAGE = process.env.EDGE_IPSEC_IMAGE;
const START_MILLIS = 120_000; // on a machine that is busy with the rest of the tests

let directory;
let daemon;
let client;

/** A port that is free now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The daemon, once it says that it is ready. */
function start(config) {
  const child = spawn(`${IMAGE}/bin/edge-ipsecd`, ['--config', config]);
  let output = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${output}`)), START_MILLIS);
    const read = (part) => {
      output += part;
      if (output.includes('event=daemon.ready')) {
        clearTimeout(timer);
        resolve(child);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output}`)));
  });
}

before(async () => {
  assert.ok(IMAGE, 'EDGE_IPSEC_IMAGE names the application image');
  directory = mkdtempSync(path.join(tmpdir(), 'edge-ipsec-client-'));
  const port = await freePort();
  const config = path.join(directory, 'edge-ipsecd.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      state_dir: path.join(directory, 'state'),
      runtime_dir: directory,
      kernel: 'memory',
      api: { unix_socket: path.join(directory, 'api.sock'), http: { listen: `127.0.0.1:${port}` } },
      ike: { listen: ['127.0.0.1'], port: await freePort(), nat_port: await freePort() },
    }),
  );
  daemon = await start(config);
  client = await SwaggerClient(`http://127.0.0.1:${port}/api/v1/openapi.json`);
});

after(async () => {
  if (daemon && daemon.exitCode === null) {
    const gone = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');
    await gone;
  }
  if (directory) rmSync(directory, { recursive: true, force: true });
});

/** Executes an operation by its id and gives the answer's body. */
async function execute(operationId, parameters, requestBody) {
  const answer = await client.execute({ operationId, parameters, requestBody });
  return answer.body;
}

/** The status that an operation is refused with, and the body of the refusal. */
async function refusal(operationId, parameters, requestBody) {
  try {
    await execute(operationId, parameters, requestBody);
  } catch (error) {
    return { status: error.status, error: error.response?.body };
  }
  throw new assert.AssertionError({ message: `${operationId} was not refused` });
}

test('the document resolves without errors and names its operations', () => {
  assert.deepEqual(client.errors, []);
  assert.equal(client.spec.openapi, '3.1.0');
  const tags = Object.values(client.apis).flatMap((tag) => Object.keys(tag));
  for (const operation of ['ListIPSecVPNSessions', 'UpdateIPSecVPNSession', 'CreateIPSecVPNIKEProfile']) {
    assert.ok(tags.includes(operation), operation);
  }
});

test('a session is created, listed, read, updated and deleted', async () => {
  const body = {
    resource_type: 'RouteBasedIPSecVPNSession',
    display_name: 'to-hq',
    enabled: false,
    local_endpoint: { local_address: '192.0.2.1' },
    peer_address: '203.0.113.9',
    peer_id: 'hq.example.net',
    psk: 'a secret of the client test',
    tunnel_ports: [{ ip_subnets: [{ ip_addresses: ['192.168.50.1'], prefix_length: 24 }] }],
  };
  const created = await execute('CreateIPSecVPNSession', {}, body);
  const id = { 'ipsec-vpn-session-id': created.id };
  assert.equal(created._revision, 0);
  assert.equal(created.psk, undefined);

  const list = await execute('ListIPSecVPNSessions', {
    session_type: 'RouteBasedIPSecVPNSession',
    page_size: 10,
    sort_by: 'display_name',
    sort_ascending: false,
  });
  assert.deepEqual(list.results.map((each) => each.id), [created.id]);
  assert.equal(list.result_count, 1);

  const read = await execute('GetIPSecVPNSession', id);
  assert.deepEqual(read, created);
  assert.equal((await execute('GetIPSecVPNSessionStatus', id)).session_status, 'DOWN');

  const updated = await execute('UpdateIPSecVPNSession', id, { ...read, display_name: 'renamed' });
  assert.equal(updated._revision, 1);
  assert.equal(updated.display_name, 'renamed');
  const stale = await refusal('UpdateIPSecVPNSession', id, read);
  assert.equal(stale.status, 412);
  assert.equal(stale.error.error_code, 604);

  await execute('DeleteIPSecVPNSession', id);
  assert.equal((await refusal('GetIPSecVPNSession', id)).status, 404);
});

test('a session under an id of ours comes by PUT, and what is wrong is named', async () => {
  const id = { 'ipsec-vpn-session-id': 'branch-7' };
  const body = {
    resource_type: 'PolicyBasedIPSecVPNSession',
    enabled: false,
    local_endpoint: { local_address: '192.0.2.1' },
    peer_address: '203.0.113.7',
    peer_id: 'branch7.example.net',
    psk: 'another secret of the client test',
    policy_rules: [{ sources: [{ subnet: '10.1.0.0/24' }], destinations: [{ subnet: '10.7.0.0/16' }] }],
  };
  assert.equal((await execute('UpdateIPSecVPNSession', id, body)).id, 'branch-7');
  const wrong = await refusal('UpdateIPSecVPNSession', id, { ...body, peer_address: 'nowhere' });
  assert.equal(wrong.status, 400);
  assert.deepEqual(wrong.error.related_errors.map((each) => each.error_data.field), ['/peer_address']);
  await execute('DeleteIPSecVPNSession', id);
});

test('a profile is created, listed, read, updated and deleted', async () => {
  const created = await execute('CreateIPSecVPNIKEProfile', {}, {
    display_name: 'strict',
    encryption_algorithms: ['AES_GCM_256'],
    dh_groups: ['GROUP20'],
  });
  const id = { 'ipsec-vpn-ike-profile-id': created.id };
  const list = await execute('ListIPSecVPNIKEProfiles', { included_fields: 'display_name' });
  assert.ok(list.results.some((each) => each.id === created.id && each.display_name === 'strict'));
  assert.deepEqual(await execute('GetIPSecVPNIKEProfile', id), created);
  const updated = await execute('UpdateIPSecVPNIKEProfile', id, { ...created, sa_life_time: 43200 });
  assert.equal(updated.sa_life_time, 43200);
  await execute('DeleteIPSecVPNIKEProfile', id);
  assert.equal((await refusal('GetIPSecVPNIKEProfile', id)).status, 404);
});
