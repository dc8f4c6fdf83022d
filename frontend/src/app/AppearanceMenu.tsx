import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";

import { DeviceIcon } from "../components/icons/DeviceIcon";
import { MoonIcon } from "../components/icons/MoonIcon";
import { SunIcon } from "../components/icons/SunIcon";
import { useTexts } from "../texts/texts";

const ICONS = { light: SunIcon, dark: MoonIcon, auto: DeviceIcon };

/** Light, dark, or as the device is set; remembered in this browser. */
export function AppearanceMenu() {
  const { appearance } = useTexts().app;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = ICONS[colorScheme];
  const choose = (value: string) => {
    if (value === "light" || value === "dark" || value === "auto") {
      setColorScheme(value);
    }
  };
  return (
    <Menu position="bottom-end" width={220} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={appearance.name}>
          <Current size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={colorScheme} onChange={choose}>
          {(["light", "dark", "auto"] as const).map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick>
              {appearance[scheme]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
