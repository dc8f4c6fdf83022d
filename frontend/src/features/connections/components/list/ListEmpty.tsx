import { Button, List, Text, Title } from "@mantine/core";

import { MarketplaceMark } from "../../../../components/MarketplaceMark";
import { useTexts } from "../../../../texts/texts";
import type { Marketplace } from "../../api/types";
import classes from "./ListEmpty.module.css";

const MARKETPLACES: readonly Marketplace[] = ["takealot", "amazon", "shopify", "xero"];

interface Props {
  onConnect: () => void;
}

/** Nothing is connected yet: what connecting is good for, and how to begin. */
export function ListEmpty({ onConnect }: Props) {
  const { list } = useTexts();
  const words = list.empty;
  return (
    <section className={classes["empty"]} aria-labelledby="fluxori-empty">
      <Title order={2} id="fluxori-empty">
        {words.title}
      </Title>
      <Text className={classes["text"] ?? ""}>{words.text}</Text>
      <ul className={classes["marketplaces"]}>
        {MARKETPLACES.map((marketplace) => (
          <li key={marketplace}>
            <MarketplaceMark marketplace={marketplace} />
            <span>
              <strong>{list.marketplaces[marketplace]}</strong>
              <span className={classes["about"]}>{words.about[marketplace]}</span>
            </span>
          </li>
        ))}
      </ul>
      <List className={classes["points"] ?? ""} size="sm">
        {words.points.map((point) => (
          <List.Item key={point}>{point}</List.Item>
        ))}
      </List>
      <Button size="lg" onClick={onConnect}>
        {words.button}
      </Button>
    </section>
  );
}
