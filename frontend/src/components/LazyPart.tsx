import { Component, Suspense, type ReactNode } from "react";

import { NoAnswer } from "../lib/problem";
import { ProblemNotice } from "./ProblemNotice";

interface Props {
  children: ReactNode;
  /** What is there meanwhile. */
  whileLoading?: ReactNode;
}

interface State {
  hasFailed: boolean;
}

/** Around a part of the page whose code is loaded when it is needed: what did not come is said, and asked for anew. */
export class LazyPart extends Component<Props, State> {
  override state: State = { hasFailed: false };

  static getDerivedStateFromError(): State {
    return { hasFailed: true };
  }

  override render() {
    if (this.state.hasFailed) {
      // A part that failed once stays so until the page is loaded again.
      return <ProblemNotice error={new NoAnswer()} onRetry={() => window.location.reload()} />;
    }
    return <Suspense fallback={this.props.whileLoading}>{this.props.children}</Suspense>;
  }
}
