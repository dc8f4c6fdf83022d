import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http } from "msw";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { expectAccessible } from "../testing/a11y";
import { answer, API, noAnswer, refusal, server } from "../testing/server";
import { session, sessionAnswers } from "../testing/session";
import { App } from "./App";

beforeEach(() => {
  vi.setSystemTime("2026-11-23T12:00:00Z");
  return () => vi.useRealTimers();
});

function open(address = "/", colorScheme: "light" | "dark" = "light") {
  window.history.replaceState(null, "", address);
  const leave = vi.fn<(address: string) => void>();
  const user = userEvent.setup();
  render(<App baseUrl={API} nonce="test-nonce" leave={leave} defaultColorScheme={colorScheme} env="test" />);
  return { leave, user };
}

const signInTitle = () => screen.findByRole("heading", { level: 1, name: "Sign in" });
const listTitle = () => screen.findByRole("heading", { level: 1, name: "Connections" });

describe("nobody is signed in", () => {
  test("the way to sign in leads back to where they were", async () => {
    server.use(sessionAnswers(null));
    open("/?connect=takealot&note=a%26b");
    const link = await screen.findByRole("link", { name: "Sign in" });
    const address = new URL(link.getAttribute("href") ?? "", API);
    expect(address.pathname).toBe("/auth/sign-in");
    expect(address.searchParams.get("returnTo")).toBe("/?connect=takealot&note=a%26b");
    await waitFor(() => expect(document.title).toBe("Sign in · Fluxori"));
    expect(document.documentElement.lang).toBe("en");
  });

  test("without somewhere to sign in they are told of sign-in links", async () => {
    server.use(sessionAnswers(null, false));
    open();
    expect(await screen.findByText(/Open a sign-in link/)).toBeVisible();
    expect(screen.queryByRole("link", { name: /Sign in/ })).not.toBeInTheDocument();
  });

  test.each([
    ["denied", /You did not sign in/],
    ["expired", /took too long/],
    ["failed", /did not work/],
    ["forbidden", /which organization/],
    ["link", /has been used already/],
  ])("the outcome %s is said in words, and is not come back to", async (outcome, words) => {
    server.use(sessionAnswers(null));
    open(`/?signIn=${outcome}&connect=xero`);
    expect(await screen.findByText(words)).toBeVisible();
    const link = screen.getByRole("link", { name: "Sign in again" });
    expect(link).toHaveAttribute("href", "/auth/sign-in?returnTo=%2F%3Fconnect%3Dxero");
  });

  test("an outcome that nobody knows says nothing", async () => {
    server.use(sessionAnswers(null));
    open("/?signIn=%3Cb%3E");
    await signInTitle();
    expect(screen.queryByRole("status")).not.toBeInTheDocument();
  });

  test("coming back to the tab finds out that somebody signed in in another one", async () => {
    server.use(sessionAnswers(null));
    open();
    await signInTitle();
    server.use(sessionAnswers({}));
    document.dispatchEvent(new Event("visibilitychange"));
    await listTitle();
  });

  test.each(["light", "dark"] as const)("it is accessible, %s", async (colorScheme) => {
    server.use(sessionAnswers(null));
    open("/?signIn=denied", colorScheme);
    await signInTitle();
    await expectAccessible();
  });
});

describe("it cannot be found out who is signed in", () => {
  test("and it can be tried again", async () => {
    server.use(http.get(`${API}/auth/session`, () => noAnswer()));
    const { user } = open();
    expect(await screen.findByRole("alert")).toHaveTextContent("could not be reached");
    server.use(sessionAnswers({}));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await listTitle();
  });

  test("an answer that is not understood is none", async () => {
    server.use(http.get(`${API}/auth/session`, () => answer({ session: { user: 1 }, canSignIn: true })));
    open();
    expect(await screen.findByRole("alert")).toBeVisible();
  });
});

describe("somebody is signed in", () => {
  test("calls carry the code of the session, and the page says who it is", async () => {
    let sent: string | null = null;
    server.use(
      sessionAnswers({}),
      http.get(`${API}/api/connections`, ({ request }) => {
        sent = request.headers.get("X-CSRF-Token");
        return answer({ items: [], nextCursor: null });
      }),
    );
    const { user } = open();
    await listTitle();
    await waitFor(() => expect(sent).toBe(session.csrfToken));
    expect(document.title).toBe("Connections · Fluxori");
    await user.click(screen.getByRole("button", { name: "Account: dev-user" }));
    const menu = await screen.findByRole("menu");
    expect(menu).toHaveTextContent("Organization: dev-org");
    expect(menu).not.toHaveTextContent("not change anything");
  });

  test("who may only look is told so", async () => {
    server.use(sessionAnswers({ roles: ["read_only"] }));
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "Account: dev-user" }));
    expect(await screen.findByRole("menu")).toHaveTextContent("look, but not change anything");
  });

  test("the tab is named after the view", async () => {
    server.use(sessionAnswers({}));
    open("/?connect=takealot");
    await waitFor(() => expect(document.title).toBe("Connect a marketplace · Fluxori"));
  });

  test("the first stop of the keyboard leads past the header", async () => {
    server.use(sessionAnswers({}));
    const { user } = open();
    await listTitle();
    await user.tab();
    expect(screen.getByRole("link", { name: "Skip to the content" })).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(screen.getByRole("main")).toHaveFocus();
    expect(window.location.hash).toBe("");
  });

  test("a refused call shows that the session has ended, and keeps the address", async () => {
    server.use(sessionAnswers({}));
    open("/?connect=shopify&shop=my-shop");
    await screen.findByRole("button", { name: "Account: dev-user" });
    server.use(
      sessionAnswers(null),
      http.get(`${API}/api/connections`, () => refusal("unauthorized", 401)),
    );
    window.history.replaceState(null, "", "/?note=kept");
    await waitFor(() => expect(screen.getByRole("heading", { level: 1, name: "Sign in" })).toHaveFocus());
    expect(screen.getByRole("status")).toHaveTextContent("Your session has ended");
    expect(screen.getByRole("link", { name: "Sign in again" })).toHaveAttribute(
      "href",
      "/auth/sign-in?returnTo=%2F%3Fnote%3Dkept",
    );
  });

  test("a code of another session is told apart from a role that may not change", async () => {
    server.use(
      sessionAnswers({}),
      http.get(`${API}/api/connections`, ({ request }) =>
        request.headers.get("X-CSRF-Token") === "second"
          ? answer({ items: [], nextCursor: null })
          : refusal("csrf", 403),
      ),
    );
    let asked = 0;
    server.use(
      http.get(`${API}/auth/session`, () => {
        asked += 1;
        const who = asked === 1 ? session : { ...session, user: "second-user", csrfToken: "second" };
        return answer({ session: who, canSignIn: true });
      }),
    );
    open();
    expect(await screen.findByRole("button", { name: "Account: second-user" })).toBeVisible();
  });

  test("a sign-in that did not work beside a session that still holds is said, once", async () => {
    server.use(sessionAnswers({}));
    const { user } = open("/?signIn=link");
    const notice = await screen.findByText(/You are still signed in as dev-user/);
    expect(notice).toHaveTextContent("has been used already");
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(window.location.search).toBe("");
    expect(screen.queryByText(/still signed in/)).not.toBeInTheDocument();
  });

  test.each(["light", "dark"] as const)("it is accessible, %s", async (colorScheme) => {
    server.use(sessionAnswers({}));
    open("/", colorScheme);
    await listTitle();
    await expectAccessible();
  });
});

describe("the session comes to its end", () => {
  test("it is said ten minutes ahead, with a way to go on", async () => {
    server.use(sessionAnswers({ expiresAt: "2026-11-23T12:09:30Z" }));
    open("/?connect=takealot");
    const notice = await screen.findByText(/You will be signed out in 9 minutes/);
    const way = within(notice.parentElement ?? document.body).getByRole("link", { name: "Sign in again" });
    expect(way).toHaveAttribute("href", "/auth/sign-in?returnTo=%2F%3Fconnect%3Dtakealot");
  });

  test("not earlier", async () => {
    server.use(sessionAnswers({ expiresAt: "2026-11-23T13:00:00Z" }));
    open();
    await listTitle();
    expect(screen.queryByText(/You will be signed out/)).not.toBeInTheDocument();
  });

  test("when it is over the server is asked, and the page says so", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, now: new Date("2026-11-23T12:00:00Z") });
    server.use(sessionAnswers({ expiresAt: "2026-11-23T12:20:00Z" }));
    open();
    await listTitle();
    server.use(sessionAnswers(null));
    await vi.advanceTimersByTimeAsync(20 * 60 * 1000 + 1500);
    await signInTitle();
    expect(screen.getByRole("status")).toHaveTextContent("Your session has ended");
  });
});

describe("signing out", () => {
  const signOut = async (user: ReturnType<typeof userEvent.setup>) => {
    await user.click(await screen.findByRole("button", { name: "Account: dev-user" }));
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  };
  const answers = (redirectTo: string | null, see?: (request: Request) => void) =>
    http.post(`${API}/auth/sign-out`, ({ request }) => {
      see?.(request);
      return answer({ redirectTo });
    });

  test("goes on to where the sign-in service ends its own session", async () => {
    let code: string | null = null;
    const next = "https://identity.test/end-session?client_id=page";
    server.use(
      sessionAnswers({}),
      answers(next, (request) => (code = request.headers.get("X-CSRF-Token"))),
    );
    const { user, leave } = open();
    await signOut(user);
    await waitFor(() => expect(leave).toHaveBeenCalledWith(next));
    expect(code).toBe(session.csrfToken);
  });

  test("without such a page it stays here and says so", async () => {
    server.use(sessionAnswers({}), answers(null));
    const { user, leave } = open();
    await signOut(user);
    expect(await screen.findByText("You are signed out.")).toBeVisible();
    expect(leave).not.toHaveBeenCalled();
  });

  test.each(["javascript:alert(1)", "http://elsewhere.test/", "//elsewhere.test"])(
    "%s is not gone to",
    async (next) => {
      server.use(sessionAnswers({}), answers(next));
      const { user, leave } = open();
      await signOut(user);
      expect(await screen.findByText("You are signed out.")).toBeVisible();
      expect(leave).not.toHaveBeenCalled();
    },
  );

  test("a session that was over already is over", async () => {
    server.use(
      sessionAnswers({}),
      http.post(`${API}/auth/sign-out`, () => refusal("unauthorized", 401)),
    );
    const { user } = open();
    await signOut(user);
    expect(await screen.findByText("You are signed out.")).toBeVisible();
  });

  test("where no answer comes the page says that they are signed in still", async () => {
    server.use(
      sessionAnswers({}),
      http.post(`${API}/auth/sign-out`, () => noAnswer()),
    );
    const { user } = open();
    await signOut(user);
    expect(await screen.findByText("You could not be signed out")).toBeVisible();
    await listTitle();
  });
});

describe("looks", () => {
  test("light, dark or as the device is, remembered in this browser", async () => {
    server.use(sessionAnswers(null));
    const { user } = open();
    await user.click(screen.getByRole("button", { name: "Appearance" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Dark" }));
    expect(document.documentElement).toHaveAttribute("data-mantine-color-scheme", "dark");
    await user.click(screen.getByRole("button", { name: "Appearance" }));
    expect(await screen.findByRole("menuitemradio", { name: "Dark" })).toBeChecked();
    await user.click(await screen.findByRole("menuitemradio", { name: "Same as this device" }));
    expect(document.documentElement).toHaveAttribute("data-mantine-color-scheme", "light");
  });

  test("every style element carries the nonce", async () => {
    server.use(sessionAnswers(null));
    open();
    await signInTitle();
    const styles = [...document.querySelectorAll("style")];
    expect(styles.length).toBeGreaterThan(0);
    expect(styles.map((style) => style.nonce)).toEqual(styles.map(() => "test-nonce"));
  });
});
