// What tests read out of the served document.

const resolved = (document, schema) => schema.$ref ? schema.$ref.slice(2).split('/').reduce((one, key) => one[key], document) : schema;

/** The members of an object of the document and their schemas, whichever of its alternatives it is. */
export function members(document, schema) {
  const {properties = {}, oneOf = [], anyOf = [], allOf = []} = resolved(document, schema);
  return Object.assign({}, properties, ...[...oneOf, ...anyOf, ...allOf].map((one) => members(document, one)));
}

/** Every operation: its method, its path, and what the document says of it. */
export const operationsOf = (document) => Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({method: method.toUpperCase(), path, ...operation})));
