// Builds the application: types, bundles, .br and .gz beside each file, size
// budgets; and, with --embed, the two sources that make it part of the server.
//
//   node scripts/build.mjs [--out DIR] [--embed DIR]
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const argument = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : resolve(process.argv[at + 1]);
};
const out = argument('--out', join(root, 'dist'));
const embed = argument('--embed', null);

/** KB as Brotli; the build fails beyond. */
const budgets = {
  'first page JS': { most: 45, files: (path) => /^assets\/index-.*\.js$/.test(path) },
  'first page CSS': { most: 8, files: (path) => /^assets\/index-.*\.css$/.test(path) },
  settings: { most: 20, files: (path) => /^assets\/sections-.*\.(js|css)$/.test(path) },
  administration: { most: 35, files: (path) => /^assets\/screen-.*\.(js|css)$/.test(path) },
  'message frame': { most: 14, files: (path) => path.startsWith('frame/') },
  everything: { most: 160, files: () => true },
};

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function checkTypes() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--noEmit', '-p', join(root, 'tsconfig.json')], { stdio: 'inherit' });
}

const shared = {
  root,
  configFile: false,
  logLevel: 'warn',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
};

async function buildApp() {
  await build({
    ...shared,
    build: {
      outDir: out,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0, // a data: address could not be cached, nor be a sprite
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  });
}

/** The frame's script is classic: a module would need CORS, and its origin is opaque. */
async function buildFrame() {
  await build({
    ...shared,
    publicDir: false,
    build: {
      outDir: join(out, 'frame'),
      emptyOutDir: false,
      target: 'es2022',
      reportCompressedSize: false,
      rollupOptions: {
        input: join(root, 'src/frame/main.ts'),
        output: { format: 'iife', entryFileNames: 'frame-[hash].js' },
      },
    },
  });
  const script = readdirSync(join(out, 'frame')).find((name) => name.startsWith('frame-'));
  const page = readFileSync(join(root, 'frame/message.html'), 'utf8').replace('__FRAME_SCRIPT__', `/frame/${script}`);
  writeFileSync(join(out, 'frame/message.html'), page);
}

function filesOf(folder) {
  const result = [];
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) result.push(...filesOf(path));
    else result.push(path);
  }
  return result;
}

/** What saves nothing is not kept. */
function compress(file) {
  const plain = readFileSync(file);
  const brotli = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  const gzip = gzipSync(plain, { level: 9 });
  const variants = { plain, br: brotli.length < plain.length ? brotli : null, gz: gzip.length < plain.length ? gzip : null };
  for (const kind of ['br', 'gz']) if (variants[kind]) writeFileSync(`${file}.${kind}`, variants[kind]);
  return variants;
}

function checkBudgets(assets) {
  let broken = false;
  for (const [name, { most, files }] of Object.entries(budgets)) {
    const octets = assets.filter((asset) => files(asset.path)).reduce((sum, asset) => sum + (asset.variants.br ?? asset.variants.plain).length, 0);
    const kb = octets / 1000;
    console.log(`  ${name}: ${kb.toFixed(1)} of ${most} kB`);
    if (kb > most || octets === 0) broken = true;
  }
  if (broken) throw new Error('A size budget is broken: see the list above.');
}

/** An assembler file that holds every variant, and the table that finds them. */
function writeSources(assets) {
  mkdirSync(embed, { recursive: true });
  const assembly = ['    .section .rodata.pillarbox_assets, "a"'];
  const declarations = [];
  const rows = [];
  assets.forEach((asset, i) => {
    const view = (kind, suffix) => {
      if (!asset.variants[kind]) return '{}';
      const label = `pillarbox_asset_${i}_${kind}`;
      const file = join(out, asset.path) + suffix;
      assembly.push(`    .global ${label}_begin`, `    .global ${label}_end`, `${label}_begin:`, `    .incbin "${file}"`, `${label}_end:`);
      declarations.push(`extern const char ${label}_begin[];`, `extern const char ${label}_end[];`);
      return `between(${label}_begin, ${label}_end)`;
    };
    const etag = createHash('sha256').update(asset.variants.plain).digest('hex').slice(0, 20);
    const immutable = /-[\w-]{8}\.\w+$/.test(asset.path);
    const type = types[extname(asset.path)];
    if (!type) throw new Error(`No media type is known for ${asset.path}.`);
    rows.push(`    {"/${asset.path}", "${type}", "${etag}", ${immutable}, ${view('plain', '')}, ${view('br', '.br')}, ${view('gz', '.gz')}},`);
  });
  assembly.push('    .byte 0', '    .section .note.GNU-stack, "", %progbits', '');
  const table = [
    '#include "web/http/assets.hpp"',
    '',
    'extern "C" {',
    ...declarations,
    '}',
    '',
    'namespace pillarbox::http {',
    '',
    'namespace {',
    '',
    'std::string_view between(const char* begin, const char* end)',
    '{',
    '    return {begin, static_cast<std::size_t>(end - begin)};',
    '}',
    '',
    'const Asset table[] = {',
    ...rows,
    '};',
    '',
    '} // namespace',
    '',
    'std::span<const Asset> assets()',
    '{',
    '    return table;',
    '}',
    '',
    '} // namespace pillarbox::http',
    '',
  ];
  writeFileSync(join(embed, 'assets.S'), assembly.join('\n'));
  writeFileSync(join(embed, 'assets_table.cpp'), table.join('\n'));
}

checkTypes();
rmSync(out, { recursive: true, force: true });
await buildApp();
await buildFrame();
const assets = filesOf(out)
  .map((file) => ({ path: relative(out, file), variants: compress(file) }))
  .sort((a, b) => (a.path < b.path ? -1 : 1));
console.log(`Web application: ${assets.length} files`);
checkBudgets(assets);
if (embed) writeSources(assets);
