import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { isOutOfMemory } from '../state/failures';
import { useWords } from './language';
import { useActions } from './playground';

interface BoundaryProps {
  children: ReactNode;
  onError: (error: unknown) => void;
  instead: (again: () => void) => ReactNode;
}

class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown) {
    this.props.onError(error);
  }

  override render() {
    return this.state.failed ? this.props.instead(() => this.setState({ failed: false })) : this.props.children;
  }
}

/**
 * A part of the page that may fail to be drawn, above all for want of memory: then it says so in its place, and the
 * rest of the page stays. Without it React takes the whole page away.
 *
 * @param area of the grid that it is in
 */
export function Guard({ area, children }: { area?: string; children: ReactNode }) {
  const { notDrawn } = useWords().faults;
  const { pageOutOfMemory } = useActions();
  return (
    <Boundary
      onError={(error) => isOutOfMemory(error) && pageOutOfMemory()}
      instead={(again) => (
        <section className="view" style={area ? { gridArea: area } : undefined} aria-label={notDrawn.region}>
          <p className="view-empty">{notDrawn.message}</p>
          <p className="view-empty">
            <Button size="compact-sm" variant="default" onClick={again}>
              {notDrawn.again}
            </Button>
          </p>
        </section>
      )}
    >
      {children}
    </Boundary>
  );
}
