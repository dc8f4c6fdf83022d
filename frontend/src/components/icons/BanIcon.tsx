import { Icon } from "./Icon";

export function BanIcon({ size }: { size?: number }) {
  return (
    <Icon size={size}>
      <>
        <circle cx="12" cy="12" r="9" />
        <path d="m6 6 12 12" />
      </>
    </Icon>
  );
}
