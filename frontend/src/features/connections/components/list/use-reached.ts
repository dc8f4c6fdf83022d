import { useEffect, useRef } from "react";

/** Calls when its element comes into sight, as long as it is wanted. */
export function useReached(isWanted: boolean, onReached: () => void) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isWanted || !element.current || typeof IntersectionObserver === "undefined") {
      return undefined;
    }
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) {
          onReached();
        }
      },
      { rootMargin: "400px" },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isWanted, onReached]);
  return element;
}
