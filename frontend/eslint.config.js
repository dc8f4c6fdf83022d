import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import typescript from "typescript-eslint";

/** A folder may not import what lies above it: lib → texts → components → features → app. */
const layers = (files, above) => ({
  files,
  ignores: ["**/*.test.{ts,tsx}"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `(^|/)(${above.join("|")})/`,
            message:
              "Imports point from app to features to components to texts to lib, and to testing only from tests.",
          },
        ],
      },
    ],
  },
});

export default typescript.config(
  { ignores: ["dist", "artefacts", "src/lib/schema.d.ts"] },
  js.configs.recommended,
  ...typescript.configs.strictTypeChecked,
  hooks.configs.flat["recommended-latest"],
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js", "scripts/*.js", "scripts/measure/*.js"] },
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-console": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { ignoreRestSiblings: true, argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/ban-ts-comment": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    },
  },
  layers(["src/lib/**"], ["texts", "components", "features", "app", "testing"]),
  layers(["src/texts/**"], ["components", "features", "app", "testing"]),
  layers(["src/components/**"], ["features", "app", "testing"]),
  layers(["src/features/**"], ["app", "testing"]),
  layers(["src/app/**", "src/package.tsx"], ["testing"]),
  {
    files: ["*.js", "scripts/**/*.js"],
    extends: [typescript.configs.disableTypeChecked],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: { "no-console": "off" },
  },
);
