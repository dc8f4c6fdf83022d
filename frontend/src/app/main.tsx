import "@mantine/core/styles.css";
import "./app.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { readNonce } from "./nonce";

const nonce = readNonce();
const leave = (address: string) => {
  window.location.assign(address);
};

const page = document.getElementById("page");
if (page) {
  createRoot(page).render(
    <StrictMode>
      <App baseUrl={window.location.origin} nonce={nonce} leave={leave} />
    </StrictMode>,
  );
}
