import { Icon } from "./Icon";

export function SearchIcon({ size }: { size?: number }) {
  return (
    <Icon size={size}>
      <>
        <circle cx="11" cy="11" r="7" />
        <path d="m16.5 16.5 4.5 4.5" />
      </>
    </Icon>
  );
}
