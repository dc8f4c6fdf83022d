import "@mantine/core/styles.css";

import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { IntegrationsPage } from "../package";

const page = document.getElementById("page");
if (page) {
  createRoot(page).render(
    <StrictMode>
      <MantineProvider>
        <IntegrationsPage apiBaseUrl={window.location.origin} getAccessToken={() => ""} />
      </MantineProvider>
    </StrictMode>,
  );
}
