import { Menu } from '@mantine/core';
import { Icon, type IconName } from '../../shared/icons.tsx';

interface ItemProps {
  readonly icon: IconName;
  readonly label: string;
  readonly danger?: boolean;
  readonly onPress: () => void;
}

/** One entry of a context menu. */
export function Item({ icon, label, danger = false, onPress }: ItemProps) {
  return (
    <Menu.Item data-danger={danger || undefined} leftSection={<Icon name={icon} size={16} />} onClick={onPress}>
      {label}
    </Menu.Item>
  );
}
