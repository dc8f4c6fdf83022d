/** Words of connecting: choosing a marketplace, the form, coming back from a consent page. */
export const form = {
  title: "Connect a marketplace",
};
