import type { ComponentProps, ReactNode } from 'react';
import { Link } from 'react-router';
import { classNames } from './classNames';
import styles from './Button.module.css';
import { Tooltip } from './Tooltip';

/** `primary` once per view at most; `quiet` inside tables and panels; `danger` for what cannot be undone. */
export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';

interface Look {
  readonly variant?: ButtonVariant;
  readonly small?: boolean;
}

const lookOf = ({ variant = 'secondary', small = false }: Look, extra: string | undefined): string =>
  classNames(styles.button, styles[variant], small && styles.small, extra);

export function Button({ variant, small, className, type = 'button', ...rest }: ComponentProps<'button'> & Look) {
  return (
    <button
      type={type}
      className={lookOf({ ...(variant && { variant }), ...(small && { small }) }, className)}
      {...rest}
    />
  );
}

/** A link that reads as an action. */
export function ButtonLink({ variant, small, className, ...rest }: ComponentProps<typeof Link> & Look) {
  return <Link className={lookOf({ ...(variant && { variant }), ...(small && { small }) }, className)} {...rest} />;
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'>, Look {
  /** Read by screen readers and shown as a tooltip. */
  readonly label: string;
  readonly icon: ReactNode;
}

export function IconButton({ label, icon, variant = 'quiet', className, ...rest }: IconButtonProps) {
  return (
    <Tooltip content={label}>
      <Button variant={variant} aria-label={label} className={classNames(styles.icon, className)} {...rest}>
        {icon}
      </Button>
    </Tooltip>
  );
}
