'use strict';

/** Rules made from the table in scripts/check/arrows.js; the table is the place to read and to change. */

const { MAY_IMPORT, PACKAGE_HOME, PURE, folderPattern } = require('./scripts/check/arrows');

const OUR_FILES = '^(?:src|test|scripts|bin)/';
const PACKAGES = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown'];

const packagePath = (name) => `(?:^|/)node_modules/${name}/`;

const arrows = Object.entries(MAY_IMPORT).map(([folder, targets]) => ({
  name: `arrow-${folder}`,
  comment: `${folder} may import ${targets.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: folderPattern(folder) },
  to: { path: OUR_FILES, pathNot: [folder, ...targets].map(folderPattern) },
}));

const purity = Object.entries(PURE).map(([folder, packages]) => ({
  name: `pure-${folder}`,
  comment: `${folder} is pure: nothing of Node, and of the packages only ${packages.join(', ') || 'none'}`,
  severity: 'error',
  from: { path: folderPattern(folder) },
  to: { dependencyTypes: ['core', ...PACKAGES], pathNot: packages.map(packagePath) },
}));

const homes = Object.entries(PACKAGE_HOME).map(([name, folder]) => ({
  name: `home-${name}`,
  comment: `only ${folder} uses ${name}`,
  severity: 'error',
  from: { path: '^src/', pathNot: folderPattern(folder) },
  to: { path: packagePath(name) },
}));

module.exports = {
  forbidden: [
    ...arrows,
    ...purity,
    ...homes,
    {
      name: 'listed-folder',
      comment: 'each folder of src/ has its arrows in scripts/check/arrows.js',
      severity: 'error',
      from: { path: '^src/', pathNot: Object.keys(MAY_IMPORT).map(folderPattern) },
      to: {},
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-package',
      comment: 'what the product uses is a dependency, not a development dependency',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: packagePath('@types/[^/]+') },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    preserveSymlinks: true,
  },
};
