import { useEffect, useState } from 'react';
import { newAnalysisThread, type AnalysisThread } from './analysis';

/** A thread for questions about stored runs that lives as long as the component. */
export function useAnalysisThread(): AnalysisThread {
  const [thread] = useState(() => newAnalysisThread());
  useEffect(() => () => thread.end(), [thread]);
  return thread;
}
