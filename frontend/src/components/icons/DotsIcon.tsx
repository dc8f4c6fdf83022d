import { Icon } from "./Icon";

export function DotsIcon({ size }: { size?: number }) {
  return (
    <Icon size={size}>
      <path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="3" />
    </Icon>
  );
}
