import { Component, createElement, type ComponentType } from 'preact';

/** Draws again only when a property changed. (preact/compat has it too, and much else.) */
export function memo<P extends object>(inner: (props: P) => preact.ComponentChildren): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const now = this.props as Record<string, unknown>;
      return Object.entries(next).some(([key, value]) => now[key] !== value);
    }
    override render() {
      return createElement(inner as ComponentType<P>, this.props as P);
    }
  };
}
