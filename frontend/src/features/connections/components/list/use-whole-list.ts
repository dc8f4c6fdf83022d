import { useEffect } from "react";

import type { useConnections } from "../../hooks/useConnections";

/** Fetches all pages that are left, one after the other, while the whole list is needed. */
export function useWholeList(list: ReturnType<typeof useConnections>, isNeeded: boolean) {
  const { data, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list;
  const isDue = isNeeded && hasNextPage && !isFetching && !isFetchNextPageError;
  // Counted too: a page may have come before this hook saw that it was on its way.
  const pages = data?.pages.length;
  useEffect(() => {
    if (isDue) {
      void fetchNextPage();
    }
  }, [isDue, pages, fetchNextPage]);
}
