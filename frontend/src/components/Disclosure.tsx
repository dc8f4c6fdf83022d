import { Box, Button } from "@mantine/core";
import { useId, useState, type ReactNode } from "react";

import classes from "./Disclosure.module.css";
import { ChevronIcon } from "./icons/ChevronIcon";

interface Props {
  title: string;
  children: ReactNode;
  initiallyOpen?: boolean;
}

/** Something that is out of the way until it is wanted. What is inside stays mounted, so that inputs keep their values. */
export function Disclosure({ title, children, initiallyOpen = false }: Props) {
  const [open, setOpen] = useState(initiallyOpen);
  const id = useId();
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-expanded={open}
        aria-controls={id}
        className={classes["button"] ?? ""}
        leftSection={
          <span className={classes["chevron"]} data-open={open || undefined}>
            <ChevronIcon />
          </span>
        }
        onClick={() => setOpen(!open)}
      >
        {title}
      </Button>
      <Box id={id} pt="xs" hidden={!open}>
        {children}
      </Box>
    </div>
  );
}
