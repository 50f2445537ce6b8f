// The filters of a list are the query of its address. Only those that the list knows are sent to the API.

import type {Query} from '../api/client.ts';
import {useRoute} from '../app/router.ts';

export function useFilters(names: readonly string[]): Query {
  const {query} = useRoute();
  const filters: Query = {};
  for (const name of names) {
    const value = query.get(name);
    if (value) filters[name] = value;
  }
  return filters;
}

export function isFiltered(filters: Query): boolean {
  return Object.keys(filters).length > 0;
}
