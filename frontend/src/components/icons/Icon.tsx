import type { ReactNode } from "react";

interface Props {
  /** In pixels; as big as the text beside it when absent. */
  size?: number | undefined;
  children: ReactNode;
}

/** A line drawing in the colour of the text. It says nothing that the words beside it do not. */
export function Icon({ size, children }: Props) {
  return (
    <svg
      width={size ?? "1.15em"}
      height={size ?? "1.15em"}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}
