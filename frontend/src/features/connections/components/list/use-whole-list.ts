import { useEffect } from "react";

import type { useConnections } from "../../hooks/useConnections";

/** Fetches all pages that are left, one after the other, while the whole list is needed. */
export function useWholeList(list: ReturnType<typeof useConnections>, isNeeded: boolean) {
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list;
  const isDue = isNeeded && hasNextPage && !isFetching && !isFetchNextPageError;
  useEffect(() => {
    if (isDue) {
      void fetchNextPage();
    }
  }, [isDue, fetchNextPage]);
}
