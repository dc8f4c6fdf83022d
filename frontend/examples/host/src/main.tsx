import "@mantine/core/styles.css";
import "@fluxori/connections/style.css";

import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";

const element = document.getElementById("host");
if (element) {
  createRoot(element).render(
    <StrictMode>
      <MantineProvider defaultColorScheme="auto">
        <App />
      </MantineProvider>
    </StrictMode>,
  );
}
