import { Icon } from "./Icon";

export function CheckIcon({ size }: { size?: number }) {
  return (
    <Icon size={size}>
      <path d="m4.5 12.5 5 5 10-11" />
    </Icon>
  );
}
