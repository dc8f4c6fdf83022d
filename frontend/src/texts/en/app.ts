/** Words of the page that the server embeds: signing in and out, looks. */
export const app = {
  name: "Fluxori connections",
};
