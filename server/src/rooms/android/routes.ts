import type { AndroidBinding, androidRoutes } from '@tsukasa/api';
import { DomainError } from '../../base/errors.ts';
import type { Handlers, RequestContext } from '../../base/http/context.ts';
import { type ContractorId, parseUuid } from '../../base/ids.ts';
import { addJob } from '../../base/jobs.ts';
import type { Parts } from './deps.ts';
import { findEnterprise, updateEnterprise } from './enterprise-store.ts';
import { reconcileJob } from './jobs.ts';
import { presentBinding, presentProject } from './present.ts';
import { findInstallationProject, INSTALLATION } from './project-store.ts';
import { putInstallationProject, putOwnProject, removeInstallationProject, removeOwnProject } from './projects.ts';
import { releaseEnterprise } from './release.ts';
import { startSignup } from './signup.ts';

const contractorOf = (id: string): ContractorId => parseUuid(id, 'contractorId');

export function androidHandlers(parts: Parts): Handlers<typeof androidRoutes> {
  const { db, clock } = parts;
  const binding = (contractorId: ContractorId, context: RequestContext): Promise<AndroidBinding> => {
    const manages = context.can('platforms.manage');
    return db.asContractor(contractorId, (tx) => presentBinding(parts, tx, contractorId, { manages }));
  };
  const installation = () =>
    db.asProvider(async (tx) => {
      const row = await findInstallationProject(tx);
      return row === undefined ? null : presentProject(parts, tx, row, INSTALLATION);
    });
  return {
    getProviderGoogleProject: async () => ({ project: await installation() }),
    putProviderGoogleProject: async ({ body }, context) => {
      await putInstallationProject(parts, body, context);
      const project = await installation();
      if (project === null) throw new DomainError('conflict', 'the project was removed at the same time');
      return project;
    },
    deleteProviderGoogleProject: async (_, context) => {
      await removeInstallationProject(parts, context);
      return undefined;
    },
    getAndroidBinding: async ({ params }, context) => binding(contractorOf(params.contractorId), context),
    putGoogleProject: async ({ params, body }, context) => {
      const contractorId = contractorOf(params.contractorId);
      await putOwnProject(parts, contractorId, body, context);
      return binding(contractorId, context);
    },
    deleteGoogleProject: async ({ params }, context) => {
      const contractorId = contractorOf(params.contractorId);
      await removeOwnProject(parts, contractorId, context);
      return binding(contractorId, context);
    },
    startAndroidSignup: async ({ params, body }, context) => {
      const contractorId = contractorOf(params.contractorId);
      await startSignup(parts, contractorId, body, context);
      return binding(contractorId, context);
    },
    releaseAndroidEnterprise: async ({ params, body }, context) => {
      const contractorId = contractorOf(params.contractorId);
      await releaseEnterprise(parts, contractorId, body, context);
      return binding(contractorId, context);
    },
    reconcileAndroid: async ({ params }, context) => {
      const contractorId = contractorOf(params.contractorId);
      const now = clock.now();
      await db.asContractor(contractorId, async (tx) => {
        const row = await findEnterprise(tx, contractorId);
        if (row === undefined || row.enterprise_name === null) {
          throw new DomainError('precondition_failed', 'no enterprise', { reason: 'android.not_bound' });
        }
        await updateEnterprise(tx, contractorId, { reconcile_at: now });
        await addJob(tx, reconcileJob, {}, { key: 'android.reconcile_soon' });
      });
      return binding(contractorId, context);
    },
  };
}
