// The programs under examples/, used as their readers would.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {test} from 'node:test';
import {code, program, temporaryFolder} from './support.mjs';

const example = (name) => join(dirname(program), `../../examples/${name}/${name}`);

/** Answers the questions of examples/embed; gives its exit code and what it printed. */
async function embed(folder, answers) {
  const child = spawn(example('embed'), [folder]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  child.stdin.on('error', () => {});
  const ended = new Promise((done) => child.once('close', done));
  try {
    for (const answer of answers) child.stdin.write(`${typeof answer === 'function' ? await answer() : answer}\n`);
    child.stdin.end();
    return {code: await ended, output};
  } finally {
    child.kill('SIGKILL');
  }
}

test('examples/embed signs up, verifies and logs in with no server', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => rm(folder, {recursive: true}));
  const right = await embed(folder, ['ada@example.com', 'plum tart & 47 spoons', () => code(folder, 'ada@example.com')]);
  assert.equal(right.code, 0, right.output);
  assert.match(right.output, /welcome, ada@example\.com/);
  assert.match(right.output, /event: /);
});

test('examples/embed says what is wrong', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => rm(folder, {recursive: true}));
  const weak = await embed(folder, ['ada@example.com', 'short']);
  assert.equal(weak.code, 1);
  assert.match(weak.output, /embed: .+/);
});
