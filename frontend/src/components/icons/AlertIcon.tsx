import { Icon } from "./Icon";

export function AlertIcon({ size }: { size?: number }) {
  return (
    <Icon size={size}>
      <path d="M12 3 2.5 20h19Z" />
      <path d="M12 10v4M12 17v.01" />
    </Icon>
  );
}
