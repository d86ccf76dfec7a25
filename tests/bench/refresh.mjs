// Refreshing on PostgreSQL beside pgbench with the statements that a refresh sends.
import {rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {logIn, makeUser} from '../e2e/support.mjs';
import {load, row, run, seconds, sideBySide} from './measure.mjs';

const connections = 16;

// What a refresh sends (sessions.cpp of the SQL store), with values that keep every row as it is in size.
const digest = '0'.repeat(64);
const now = '(extract(epoch FROM now()) * 1000)::bigint';
const transaction = `
\\set n random(0, 999)
BEGIN;
SELECT s.id, s.user_id, s.created_at, s.last_used_at, s.idle_expires_at, s.expires_at, s.address, s.user_agent,
  u.id, u.email_display, u.email_canonical, u.first_name, u.last_name, u.language, u.role, u.is_verified, u.is_active,
  u.second_factor, u.date_joined, u.last_login, u.version, u.security_version, s.current_digest, s.previous_digest, s.rotated_at, s.sealed_successor
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.id = '00000000-0000-7000-8000-' || lpad((:n)::text, 12, '0') AND s.ends_at > ${now} FOR UPDATE OF s;
UPDATE sessions SET previous_digest = current_digest, current_digest = '${digest}', sealed_successor = '\\x${'ab'.repeat(104)}',
  rotated_at = ${now}, last_used_at = ${now}, idle_expires_at = ${now} + 1209600000
  WHERE id = '00000000-0000-7000-8000-' || lpad((:n)::text, 12, '0');
COMMIT;
`;

async function pgbench(postgres, database, script) {
  const {stdout} = await run('pgbench', ['-n', '-M', 'prepared', '-c', '10', '-j', '2', '-T', String(seconds), '-f', script, database],
                             {env: {...process.env, ...postgres.environment}});
  return {perSecond: Number(/tps = ([\d.]+)/.exec(stdout)[1])};
}

/** Every connection of the load generator goes on with the token that its last answer gave. */
const chain = (tokens) => `
  wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
  local waiting = {${tokens.map((token) => `"${token}"`).join(', ')}}
  local first, last = 1, #waiting
  request = function()
    local token = waiting[first]
    waiting[first] = nil
    first = first + 1
    return wrk.format(nil, nil, nil, '{"refresh_token": "' .. token .. '"}')
  end
  response = function(status, headers, body)
    last = last + 1
    waiting[last] = string.match(body, '"refresh_token":"([^"]+)"')
  end`;

export async function refreshing(server, postgres, database) {
  const user = await makeUser(server);
  const script = join(tmpdir(), `coffeeauth-refresh-${process.pid}.sql`);
  await writeFile(script, transaction);
  await logIn(server, user);
  await postgres.sql(`INSERT INTO sessions (id, user_id, created_at, last_used_at, idle_expires_at, expires_at, address, user_agent, current_digest)
    SELECT '00000000-0000-7000-8000-' || lpad(n::text, 12, '0'), user_id, created_at, last_used_at, idle_expires_at, expires_at, address,
      user_agent, '${digest}' FROM generate_series(0, 999) n, (SELECT * FROM sessions ORDER BY id DESC LIMIT 1) one`, database);
  try {
    const refresh = async () => {
      // More than there are connections, and new ones each time: a load that is cut leaves answers unread.
      const tokens = [];
      for (let i = 0; i < connections * 2; ++i) tokens.push((await logIn(server, user)).refresh_token);
      return load(`${server.base}/api/auth/refresh`, {connections, script: chain(tokens)});
    };
    const {ours, limit, share} = await sideBySide(refresh, () => pgbench(postgres, database, script));
    row('POST /api/auth/refresh, PostgreSQL', '1/s', ours.perSecond, limit.perSecond, share, {p50: ours.p50, p99: ours.p99, connections});
  } finally {
    await rm(script);
  }
}
