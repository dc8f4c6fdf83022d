import { Icon } from "./Icon";

export function ClockIcon({ size }: { size?: number }) {
  return (
    <Icon size={size}>
      <>
        <circle cx="12" cy="12" r="9" />
        <path d="M12 7v5l3.5 2" />
      </>
    </Icon>
  );
}
