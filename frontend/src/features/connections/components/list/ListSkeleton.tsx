import { Skeleton } from "@mantine/core";

import { useTexts } from "../../../../texts/texts";
import rows from "./ConnectionRow.module.css";
import classes from "./ConnectionGroups.module.css";

/** The shape of what is being loaded. */
export function ListSkeleton() {
  const { list } = useTexts();
  return (
    <div className={classes["rows"]} role="status" aria-label={list.loading}>
      {[0, 1, 2].map((row) => (
        <div key={row} className={rows["row"]}>
          <Skeleton height={40} width={40} radius="md" />
          <div className={rows["what"]}>
            <Skeleton height={18} width="45%" />
            <Skeleton height={14} width="30%" />
            <Skeleton height={14} width="70%" />
          </div>
        </div>
      ))}
    </div>
  );
}
