// The contract of the core before there were features, and what may differ from it: core_changes.json lists every member
// that was added since, and every text that was reworded, and says why. It is written by hand; what was before is never
// renewed. What only the program with features adds stands apart, as `with_features`.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {here} from '../support.mjs';

const read = async (name) => JSON.parse(await readFile(join(here, 'contract', name), 'utf8'));
export const changes = () => read('core_changes.json');
/** What the program of commit 3af94ef8 documented (`coffeeauth openapi`), and what it answered (see flow.mjs). */
export const documentBefore = () => read('core_openapi_before.json');
export const flowBefore = () => read('core_flow_before.json');

/** Text that is the same byte for byte where two values are: the members of objects in one order, which JSON gives no meaning. */
export const canonical = (value) => `${JSON.stringify(sorted(value), null, 1)}\n`;
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}

/**
 * `now` without what was added, by JSON pointers; at the end of one, a word is also an item of a list of words. What is not
 * there, or was there before, is an error of the list.
 */
export function withoutAdditions(now, before, pointers) {
  const left = structuredClone(now);
  for (const pointer of pointers) {
    const {parent, key} = place(left, pointer);
    assert.ok(parent !== undefined && key in parent, `nothing was added at ${pointer}`);
    const old = place(before, pointer);
    assert.ok(old.parent !== undefined && !(old.key in old.parent), `${pointer} was there before`);
    if (Array.isArray(parent)) parent.splice(key, 1);
    else delete parent[key];
  }
  return left;
}

/** `now` with the first of the alternatives in place of all where, by JSON pointers, others came beside what was there. */
export function withoutAlternatives(now, before, pointers) {
  const left = structuredClone(now);
  for (const pointer of pointers) {
    const {parent, key} = place(left, pointer), old = place(before, pointer);
    assert.deepEqual(Object.keys(parent[key]), ['anyOf'], pointer);
    assert.deepEqual(parent[key].anyOf[0], old.parent[old.key], pointer);
    parent[key] = parent[key].anyOf[0];
  }
  return left;
}

function place(value, pointer) {
  const keys = pointer.slice(1).split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let key = keys.pop();
  const parent = keys.reduce((one, name) => one?.[name], value);
  // A word of a list, such as the names that are required.
  if (Array.isArray(parent) && !/^\d+$/.test(key)) key = parent.indexOf(key);
  return {parent, key};
}

/** Puts each text that was reworded back as it was; `used` gathers which pairs of `[before, now]` that took. */
export function withOldTexts(now, before, pairs, used) {
  if (typeof now === 'string') {
    const pair = now !== before && pairs.find(([was, is]) => was === before && is === now);
    if (!pair) return now;
    used.add(pair);
    return before;
  }
  if (Array.isArray(now)) return now.map((one, i) => withOldTexts(one, before?.[i], pairs, used));
  if (now === null || typeof now !== 'object') return now;
  return Object.fromEntries(Object.entries(now).map(([key, one]) => [key, withOldTexts(one, before?.[key], pairs, used)]));
}
