const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => String(text).replace(/[&<>"]/g, (character) => escapes[character]);

/** The shop's page for a list of products. */
export function page(products) {
  const items = products.map((product) => `<li><b>${escape(product.name)}</b> ${escape(product.price)} EUR</li>`).join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop (demo)</title><h1>The demo shop</h1><ul>${items}</ul></html>`;
}
