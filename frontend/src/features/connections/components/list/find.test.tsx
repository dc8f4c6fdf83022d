import { act, screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { describe, expect, test, vi } from "vitest";

import { expectAccessible } from "../../../../testing/a11y";
import { connection } from "../../../../testing/data";
import { render } from "../../../../testing/render";
import { serveList } from "../../../../testing/serve-list";
import { answer, API, refusal, server } from "../../../../testing/server";
import type { Connection } from "../../api/types";
import { ConnectionList } from "../ConnectionList";

const shops = (count: number, more: Partial<Connection> = {}) =>
  Array.from({ length: count }, (_, at) => connection({ label: `Shop ${at + 1}.`, ...more }));

const labels = () => screen.queryAllByRole("heading").map((heading) => heading.textContent);

test("there is no search below ten connections, and one from ten upward", async () => {
  serveList(shops(9));
  const { unmount } = render(<ConnectionList />);
  await screen.findByText("Shop 9.");
  expect(screen.queryByRole("search")).toBeNull();
  unmount();
  serveList(shops(10));
  render(<ConnectionList />);
  await expectAccessible(await screen.findByRole("search", { name: "Find connections" }));
});

describe("finding", () => {
  test("by words, by marketplace and by status; how many there are is announced", async () => {
    const named = connection({
      label: "Harbour",
      marketplace: "amazon",
      status: "expired",
      statusReason: "reauth_required",
      account: { ...connection().account, id: "A77", name: "Blue Boats" },
    });
    serveList([...shops(10), named]);
    const { user } = render(<ConnectionList />);
    const search = await screen.findByRole("searchbox", { name: "Search" });
    await user.type(search, "boats HARB");
    expect(await screen.findByText("1 connection matches.")).toBeVisible();
    expect(labels()).toContain("Harbour");
    expect(labels()).not.toContain("Shop 1.");
    await user.click(screen.getByRole("button", { name: "Clear the search" }));
    await user.selectOptions(screen.getByRole("combobox", { name: "Status" }), "Access ended");
    expect(await screen.findByText("1 connection matches.")).toBeVisible();
    await user.selectOptions(screen.getByRole("combobox", { name: "Marketplace" }), "Takealot");
    expect(await screen.findByText("No connection matches.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show all" }));
    expect(await screen.findByText("Shop 10.")).toBeVisible();
    expect(screen.queryByText(/match/)).toBeNull();
  });

  test("fetches all pages that are left first", async () => {
    const asked = serveList(shops(25), 10);
    const { user } = render(<ConnectionList />);
    await user.type(await screen.findByRole("searchbox"), "shop 25.");
    expect(await screen.findByText("1 connection matches.")).toBeVisible();
    expect(await screen.findByText("Shop 25.")).toBeVisible();
    expect(asked).toEqual([null, "10", "20"]);
  });

  test("says that it is still looking, and when the rest cannot be had", async () => {
    serveList(shops(20), 10);
    const { user } = render(<ConnectionList />);
    const search = await screen.findByRole("searchbox");
    server.use(
      http.get(`${API}/api/connections`, async () => {
        await delay(150);
        return refusal("internal", 500);
      }),
    );
    await user.type(search, "x");
    expect(screen.getByText("Looking through all connections, 10 so far…")).toBeVisible();
    const notice = await screen.findByRole("alert", { name: "The other connections could not be loaded" });
    server.use(http.get(`${API}/api/connections`, () => answer({ items: shops(3), nextCursor: null })));
    await user.click(within(notice).getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No connection matches.")).toBeVisible();
  });
});

describe("more", () => {
  test("is a button", async () => {
    serveList(shops(15), 10);
    const { user } = render(<ConnectionList />);
    await user.click(await screen.findByRole("button", { name: "Show more" }));
    expect(await screen.findByText("Shop 15.")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });

  test("comes by itself when the end of the list is reached", async () => {
    let reach: (isIntersecting: boolean) => void = () => undefined;
    vi.stubGlobal(
      "IntersectionObserver",
      class {
        constructor(seen: (entries: { isIntersecting: boolean }[]) => void) {
          reach = (isIntersecting) => seen([{ isIntersecting }]);
        }
        observe() {}
        disconnect() {}
      },
    );
    serveList(shops(15), 10);
    render(<ConnectionList />);
    await screen.findByRole("button", { name: "Show more" });
    act(() => reach(false));
    expect(screen.queryByText("Shop 15.")).toBeNull();
    act(() => reach(true));
    await waitFor(() => expect(screen.getByText("Shop 15.")).toBeVisible());
  });
});
