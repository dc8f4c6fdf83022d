import { Menu, type MantineColorScheme } from "@mantine/core";

import type { OpenProps } from "../components/menu/MenuButton";
import { OpenMenu } from "../components/menu/OpenMenu";
import { useTexts } from "../texts/texts";

const SCHEMES: readonly MantineColorScheme[] = ["light", "dark", "auto"];

interface Props extends OpenProps {
  chosen: MantineColorScheme;
  onChoose: (scheme: MantineColorScheme) => void;
}

/** The ways the page can look. */
export function AppearanceChoices({ chosen, onChoose, ...open }: Props) {
  const { appearance } = useTexts().app;
  const choose = (value: string) => {
    const scheme = SCHEMES.find((one) => one === value);
    if (scheme) {
      onChoose(scheme);
    }
  };
  return (
    <OpenMenu {...open} width={220}>
      <Menu.RadioGroup value={chosen} onChange={choose}>
        {SCHEMES.map((scheme) => (
          <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick>
            {appearance[scheme]}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </OpenMenu>
  );
}
