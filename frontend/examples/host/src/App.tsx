import { ConnectionStatusSummary, IntegrationsPage } from "@fluxori/connections";
import { useState } from "react";

import { getAccessToken } from "./session";

const vault = {
  apiBaseUrl: "http://127.0.0.1:8080",
  getAccessToken,
};

/** An application with a dashboard and a page for its sellers' accounts. */
export function App() {
  const [view, setView] = useState<"dashboard" | "accounts">("accounts");
  return (
    <>
      <nav aria-label="Host">
        <button onClick={() => setView("dashboard")}>Dashboard</button>
        <button onClick={() => setView("accounts")}>Accounts</button>
      </nav>
      <main>
        {view === "dashboard" ? <ConnectionStatusSummary {...vault} /> : <IntegrationsPage {...vault} />}
      </main>
    </>
  );
}
