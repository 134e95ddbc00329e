import { defineConfig, type Plugin } from "vite";

// Indentation inside templates is for whoever reads the source. It never separates words here: where a space
// matters it stands on one line.
const templates: Plugin = {
  name: "templates",
  transform(code, id) {
    if (!/\/src\/[\w-]+\.ts$/.test(id)) return null;
    return { code: code.replace(/\n\s+/g, (_, place: number) => (code[place - 1] === ">" ? "\n" : "\n ")), map: null };
  },
};

// Two ES files without a hash in their names: customers' pages point at /widget.js, which fetches the other one when
// a panel is opened. They share no module, so that an old one and a new one still fit.
export default defineConfig({
  plugins: [templates],
  build: {
    target: "es2022",
    // The first browsers with light-dark() and relative colours: older spellings would double the sheet.
    cssTarget: ["chrome123", "firefox128", "safari18"],
    lib: { entry: "src/main.ts", formats: ["es"], fileName: () => "widget.js" },
    outDir: "../static",
    emptyOutDir: false,
    modulePreload: false,
    rolldownOptions: { output: { minify: true, comments: false, chunkFileNames: "widget-[name].js" } },
  },
});
