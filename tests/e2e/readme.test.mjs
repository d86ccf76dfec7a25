// The tour of README.md, pasted block by block into one shell as a reader would, against a server of its
// own. Only BASE and MAILS, the link that the start prints, differ from what is written there.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdir, readFile, symlink} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {program, project, startServer} from './support.mjs';

let server, readme;
before(async () => {
  readme = await readFile(join(project, 'README.md'), 'utf8');
  server = await startServer();
});
after(() => server?.stop());

/** The text under a heading, up to the next one of its level. */
function section(heading) {
  const start = readme.indexOf(`\n## ${heading}\n`);
  assert.ok(start >= 0, `README.md has no "${heading}"`);
  const end = readme.indexOf('\n## ', start + 4);
  return readme.slice(start, end < 0 ? undefined : end);
}

const blocks = (text, language) => [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]);

test('the tour works when it is pasted', async () => {
  const tour = blocks(section('Five minutes with curl'), 'sh');
  assert.ok(tour.length >= 4);
  // Where the reader would stand: the project's folder, with the release program and the data in it.
  const folder = server.dataDir;
  const released = join(folder, 'build/release/adapters/server/coffeeauth');
  await mkdir(dirname(released), {recursive: true});
  await symlink(program, released);
  await symlink(folder, join(folder, 'data'));
  const child = spawn('bash', ['-euo', 'pipefail', '-c', tour.join('\n')], {
    cwd: folder, env: {PATH: process.env.PATH, HOME: folder, BASE: server.base, MAILS: server.base + server.mailPage()},
  });
  let output = '', errors = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  const code = await new Promise((done) => child.once('close', done));
  assert.equal(code, 0, `${output}\n${errors}`);
  // What README.md promises to be seen; `...` stands for what it leaves out.
  for (const promised of blocks(section('Five minutes with curl'), 'text').flatMap((block) => block.trim().split('\n'))) {
    for (const part of promised.split('...')) assert.ok(output.includes(part), `not seen: ${part}\nin: ${output}`);
  }
});

test('README.md is shorter than 220 lines and leads to files that are there', async () => {
  assert.ok(readme.split('\n').length < 220);
  for (const [, link] of readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) await readFile(join(project, link)).catch((error) => {
    if (error.code !== 'EISDIR') throw new Error(`README.md leads to ${link}`);
  });
});
