/** Narrows games to a category, with how many each has; the address says which. */
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { useWord } from '../router.tsx';

export const useFacets = () => useQuery({ queryKey: ['games', 'facets'], queryFn: api.facets });

export function CategoryFilter() {
  const facets = useFacets();
  const [category, setCategory] = useWord('category');
  return (
    <Select
      label="Category"
      placeholder="Every category"
      clearable
      clearButtonProps={{ 'aria-label': 'Every category' }}
      data={(facets.data?.categories ?? []).map(({ code, count }) => ({ value: code, label: `${code} (${count})` }))}
      value={category}
      onChange={setCategory}
    />
  );
}
