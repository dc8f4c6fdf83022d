import { CloseButton, NativeSelect, TextInput } from "@mantine/core";

import { SearchIcon } from "../../../../components/icons/SearchIcon";
import { useTexts } from "../../../../texts/texts";
import type { ConnectionStatus, Marketplace } from "../../api/types";
import type { Wanted } from "./grouping";
import classes from "./ListTools.module.css";

const MARKETPLACES: readonly Marketplace[] = ["takealot", "amazon", "shopify", "xero"];
const STATUSES: readonly ConnectionStatus[] = ["connected", "pending", "error", "expired", "disconnected"];

interface Props {
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}

/** Search and filters. */
export function ListTools({ wanted, onChange }: Props) {
  const { list } = useTexts();
  const words = list.find;
  return (
    <div role="search" className={classes["tools"]} aria-label={words.region}>
      <TextInput
        className={classes["search"] ?? ""}
        label={words.search}
        placeholder={words.searchHelp}
        type="search"
        autoComplete="off"
        leftSection={<SearchIcon />}
        value={wanted.search}
        onChange={(event) => onChange({ ...wanted, search: event.currentTarget.value })}
        rightSection={
          wanted.search !== "" && (
            <CloseButton
              size="sm"
              aria-label={words.clearSearch}
              onClick={() => onChange({ ...wanted, search: "" })}
            />
          )
        }
      />
      <NativeSelect
        label={words.marketplace}
        value={wanted.marketplace ?? ""}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          onChange({ ...wanted, marketplace: MARKETPLACES.find((one) => one === chosen) ?? null });
        }}
        data={[
          { value: "", label: words.everyMarketplace },
          ...MARKETPLACES.map((value) => ({ value, label: list.marketplaces[value] })),
        ]}
      />
      <NativeSelect
        label={words.status}
        value={wanted.status ?? ""}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          onChange({ ...wanted, status: STATUSES.find((one) => one === chosen) ?? null });
        }}
        data={[
          { value: "", label: words.everyStatus },
          ...STATUSES.map((value) => ({ value, label: list.statuses[value] })),
        ]}
      />
    </div>
  );
}
