import { ButtonLink } from '../../ui/Button';
import { EXAMPLES } from './examples';

/** Opens the studies that come with the app. */
export function ExampleLinks() {
  return EXAMPLES.map(({ id, title }) => (
    <ButtonLink key={id} to={`/shared?example=${id}`}>
      {title}
    </ButtonLink>
  ));
}
