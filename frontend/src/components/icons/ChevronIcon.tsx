import { Icon } from "./Icon";

/** Points onwards, to the right. */
export function ChevronIcon({ size }: { size?: number }) {
  return (
    <Icon size={size}>
      <path d="m9 5 7 7-7 7" />
    </Icon>
  );
}
