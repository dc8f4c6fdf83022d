import { Title, type TitleProps } from "@mantine/core";

import { useFocusOnMount } from "./use-focus-on-mount";

/** The heading of a view. It takes the focus when the view comes, so that reading goes on there. */
export function ViewTitle({ takesFocus = true, ...title }: TitleProps & { takesFocus?: boolean }) {
  const heading = useFocusOnMount<HTMLHeadingElement>(takesFocus);
  return <Title ref={heading} tabIndex={-1} style={{ outline: "none" }} {...title} />;
}
