import { Icon } from "./Icon";

export function UnplugIcon({ size }: { size?: number }) {
  return (
    <Icon size={size}>
      <path d="m4 20 4-4M7 11l6 6a4 4 0 0 1-6-6M16 4l4 4M20 4l-4 4M11 7l2-2M17 13l2-2" />
    </Icon>
  );
}
