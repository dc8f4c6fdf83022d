import { ActionIcon, useMantineColorScheme } from "@mantine/core";

import { DeviceIcon } from "../components/icons/DeviceIcon";
import { MoonIcon } from "../components/icons/MoonIcon";
import { SunIcon } from "../components/icons/SunIcon";
import { MenuButton } from "../components/menu/MenuButton";
import { later } from "../lib/later";
import { useTexts } from "../texts/texts";

const ICONS = { light: SunIcon, dark: MoonIcon, auto: DeviceIcon };

const AppearanceChoices = later(async () => (await import("./AppearanceChoices")).AppearanceChoices);

/** Light, dark, or as the device is set; remembered in this browser. */
export function AppearanceMenu() {
  const { appearance } = useTexts().app;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = ICONS[colorScheme];
  return (
    <MenuButton
      button={(trigger) => (
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={appearance.name} {...trigger}>
          <Current size={20} />
        </ActionIcon>
      )}
      menu={(open) => <AppearanceChoices {...open} chosen={colorScheme} onChoose={setColorScheme} />}
    />
  );
}
